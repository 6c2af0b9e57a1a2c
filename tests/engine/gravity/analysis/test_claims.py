"""Claims of the message-passing document: each is tested, with its verdict."""

from tauscope.engine.gravity.analysis.claims import CLAIMS, ClaimsStudy
from tests.engine.gravity.analysis.test_verify import Context


def test_every_claim_has_its_verdict():
    context = Context()
    table = ClaimsStudy().run(context).tables[0]
    assert table.columns[0] == "section"
    assert [row[4] for row in table.rows] == [
        "fails",
        "holds only if",
        "fails",
        "holds only if",
        "holds only if",
    ]
    assert all(row[5] for row in table.rows)
    assert len(context.reports) == len(CLAIMS) + 1
