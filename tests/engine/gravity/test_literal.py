"""The rules literal and strict: kernels against a reference with real queues, and what they are known for.

Tests that the mutations call take what is under test as an argument with a default: they are called with
copies in which an error of one per cent is planted, and must fail.
"""

import inspect
from itertools import product
from types import ModuleType

import numpy as np
import pytest

from tauscope.engine.gravity.reference_literal import DIAGONAL, NEAR, MessageReference
from tauscope.engine.gravity.support import DTYPES, NEIGHBOURHOODS, matrix
from tauscope.gpu import compile_log
from tauscope.gpu.gravity import message_kernels, messages
from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.messages import MessageLattice, warm_up
from tests.engine.gravity.test_mutations import functions, plain_copy, planted

SHAPE = (6, 7)
WINDOW = 20.0
MESSAGE_SIZE = 0.75
PARTS = (1, 2, 5, 37)
FIELDS = ("traffic", "traffic_before", "waiting", "live", "realized")
CELLS = [cell for cell, runs in matrix().items() if runs and cell[0] in ("literal", "strict")]
"""Rule, boundary, number type, neighbourhood: every combination that the support matrix promises."""


def emission(shape=SHAPE, seed=5):
    """A few nodes that need many ticks among ones that need one, so that each edge is seen to pass waits on.

    The node in row 2, column 4 has 0.5 % of C more than two ticks can carry.
    """
    random = np.random.default_rng(seed)
    found = random.uniform(0, 0.5, shape)
    found[random.random(shape) < 0.2] = 0.0
    for (y, x), bits in {(1, 2): 4.0, (5, 4): 1.7, (3, 6): 2.5}.items():
        found[y % shape[0], x % shape[1]] = bits
    found[2 % shape[0], 4 % shape[1]] = 2.005 * capacity(shape)[2 % shape[0], 4 % shape[1]] / MESSAGE_SIZE
    return found


def wild_emission(shape=SHAPE, seed=8):
    """Messages of up to 7 ticks anywhere."""
    return np.random.default_rng(seed).uniform(0, 3.0, shape) * (np.arange(shape[1]) != 1)


def capacity(shape=SHAPE, seed=6):
    return np.random.default_rng(seed).uniform(0.4, 1.3, shape)


def pair(cell, sizer="message", module=messages, shape=SHAPE, size=MESSAGE_SIZE):
    """A lattice and the reference, with equal starts; ``module`` has the lattice's class or its kernels."""
    rule, boundary, dtype, neighbourhood = cell
    lattice_type = getattr(module, "MessageLattice", MessageLattice)
    kernels = module if hasattr(module, "advance_literal") else message_kernels
    lattice = lattice_type(Form(*shape, dtype, rule, boundary, neighbourhood), size, sizer, kernels)
    lattice.write("emission", emission(shape))
    lattice.set_capacity(capacity(shape))
    reference = MessageReference(
        emission(shape),
        capacity(shape),
        rule=rule,
        boundary=boundary,
        neighbourhood=neighbourhood,
        message_size=size,
        sizer=sizer,
        dtype=dtype,
        window=WINDOW,
    )
    return lattice, reference


def assert_same(lattice, reference):
    for name in FIELDS:
        got, expected = lattice.read(name), getattr(reference, name)
        assert got.shape == expected.shape
        differing = np.argwhere(got != expected)
        assert differing.size == 0, f"{name} differs at {len(differing)} nodes, first {differing[:1]}"


def test_both_rules_run_on_every_plain_edge():
    assert len(CELLS) == 2 * 3 * 2 * len(NEIGHBOURHOODS)
    assert {cell[2] for cell in CELLS} == set(DTYPES) - {"int32"}


@pytest.mark.parametrize("sizer", ["message", "delta"])
@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_equals_reference_bit_for_bit(cell, sizer, module=messages):
    size = MESSAGE_SIZE if sizer == "message" else 2.3
    lattice, reference = pair(cell, sizer, module, size=size)
    for part in PARTS:
        lattice.advance(part, 1.0, WINDOW)
        reference.advance(part)
        assert_same(lattice, reference)
    share = lattice.read("realized") / sum(PARTS)
    assert share.min() < 0.6, "the case must make nodes wait"
    assert cell[0] == "strict" or share.max() == 1.0 or sizer == "delta"


def test_many_sizes_of_lattice_equal_the_reference():
    for shape, boundary in product(((3, 3), (3, 9), (8, 4)), ("periodic", "reflective", "absorbing")):
        lattice, reference = pair(("strict", boundary, "float64", "moore"), shape=shape)
        lattice.write("emission", wild_emission(shape))
        reference.emission = wild_emission(shape)
        lattice.advance(30, 1.0, WINDOW)
        reference.advance(30)
        assert_same(lattice, reference)


@pytest.mark.parametrize("rule", ["literal", "strict"])
def test_live_changes_equal_the_reference(rule):
    """Emission, capacity and message size change while messages are on their way, which keep their bits."""
    lattice, reference = pair((rule, "periodic", "float32", "von_neumann"))
    for size, seed in ((2.0, 8), (0.3, 9), (1.0, 10)):
        lattice.advance(7, 1.0, WINDOW)
        reference.advance(7)
        lattice.set_message_size(size)
        lattice.write("emission", wild_emission(seed=seed))
        lattice.set_capacity(capacity(seed=seed))
        reference.message_size = np.float32(size)
        reference.emission = wild_emission(seed=seed).astype(np.float32)
        reference.capacity = capacity(seed=seed).astype(np.float32)
        lattice.advance(9, 1.0, WINDOW)
        reference.advance(9)
        assert_same(lattice, reference)


@pytest.mark.parametrize("rule", ["literal", "strict"])
def test_chunks_do_not_matter(rule):
    whole, _ = pair((rule, "absorbing", "float32", "moore"))
    parts, _ = pair((rule, "absorbing", "float32", "moore"))
    whole.advance(100, 1.0, WINDOW)
    for part in (1, 13, 0, 7, 64, 15):
        parts.advance(part, 1.0, WINDOW)
    for name, array in whole.state().items():
        assert np.array_equal(array, parts.state()[name]), name


@pytest.mark.parametrize(("rule", "dtype"), [*product(("literal", "strict"), ("float32", "float64"))])
def test_a_checkpoint_goes_on_bit_for_bit(rule, dtype):
    """Of a lattice in any phase, and with the counts of messages about to wrap around."""
    first, reference = pair((rule, "periodic", dtype, "von_neumann"))
    second, _ = pair((rule, "periodic", dtype, "von_neumann"))
    first.advance(11, 1.0, WINDOW)
    reference.advance(11)
    state = {name: array.copy() for name, array in first.state().items()}
    if rule == "strict":
        state["delivered"] += np.int32(2**31 - 1) - state["delivered"].max() - np.int32(3)
    first.advance(5, 1.0, WINDOW)
    second.advance(3, 1.0, WINDOW)
    second.restore(state)
    reference.advance(60)
    first.advance(55, 1.0, WINDOW)
    second.advance(60, 1.0, WINDOW)
    assert_same(first, reference)
    assert_same(second, reference)
    assert rule == "literal" or second.state()["delivered"].min() < 0


# -- acceptance tests 2 and 11 of the design's gravity page


def gaussian_lattice(rule, side=65, dtype="float64"):
    """Peak 5, sigma 3, background 0.1, C = 1: the prototype's case."""
    y, x = np.indices((side, side)) - (side - 1) / 2
    bits = 0.1 + 5 * np.exp(-(x**2 + y**2) / 18)
    lattice = MessageLattice(Form(side, side, dtype, rule, "absorbing"))
    lattice.write("emission", bits)
    return lattice, np.maximum(1, np.ceil(bits)).astype(int)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_literal_gives_one_over_the_ticks_of_a_message(dtype, tolerances):
    """f = 1 / ceil(b / C) at the sources, not C / b, and exactly 1 wherever b <= C: there is no field."""
    lattice, periods = gaussian_lattice("literal", dtype=dtype)
    lattice.advance(4000, 1.0, 300.0)
    f = lattice.read("realized") / 4000
    assert np.abs(f - 1 / periods).max() * 4000 <= tolerances["gravity"]["literal"]["f_error_times_T"]
    assert (f[periods == 1] == 1.0).all()
    assert (periods == 1).sum() > 4000
    assert f.min() == pytest.approx(1 / 6, abs=1e-3)


def test_strict_gives_one_clock(tolerances):
    """The late half of 4000 ticks: every node at the rate of the slowest one."""
    lattice, periods = gaussian_lattice("strict")
    lattice.advance(2000, 1.0, 300.0)
    lattice.clear_realized()
    lattice.advance(2000, 1.0, 300.0)
    f = lattice.read("realized") / 2000
    tolerance = tolerances["gravity"]["strict"]
    assert f.max() - f.min() < tolerance["spread"]
    assert np.abs(f - 1 / periods.max()).max() * 2000 <= tolerance["f_error_times_T"]


def test_strict_waits_travel_one_link_a_round():
    """Nodes far from the slow one keep updating until the shortage reaches them, so none is stuck."""
    lattice, _ = gaussian_lattice("strict")
    lattice.advance(30, 1.0, 300.0)
    realized = lattice.read("realized")
    assert realized[0, 0] == 30
    assert realized[32, 32] == 5
    assert (np.abs(np.diff(realized, axis=0)) <= 1).all()
    assert (np.abs(np.diff(realized, axis=1)) <= 1).all()


# -- parts of the rule


def single(rule="literal", bits=0.0, links_capacity=1.0, **more):
    lattice = MessageLattice(Form(5, 5, "float32", rule, "periodic", **more))
    lattice.write("emission", np.full((5, 5), bits))
    lattice.set_capacity(links_capacity)
    return lattice


@pytest.mark.parametrize("rule", ["literal", "strict"])
def test_messages_of_no_bits_never_block(rule):
    lattice = single(rule)
    lattice.advance(50, 1.0, 300.0)
    assert (lattice.read("realized") == 50).all()
    assert not lattice.read("traffic").any()
    assert (lattice.read("live") == 1.0).all()


@pytest.mark.parametrize(("dtype", "bits", "c", "ticks"), [
    ("float32", 0.6, 0.1, 6),
    ("float64", 0.6, 0.1, 6),
    ("float32", 100.0, 1.0, 100),
    ("float32", 0.3, 0.1, 3),
    ("float64", 1.0 + 1e-9, 1.0, 2),
    ("float32", 1.001, 1.0, 2),
    ("float64", 0.7, 0.01, 70),
])  # fmt: skip
def test_rounding_costs_no_tick(dtype, bits, c, ticks):
    lattice = MessageLattice(Form(3, 3, dtype, "literal", "periodic"))
    lattice.write("emission", np.full((3, 3), bits))
    lattice.set_capacity(c)
    lattice.advance(20 * ticks, 1.0, 300.0)
    assert (lattice.read("realized") == 20).all()


@pytest.mark.parametrize(("neighbourhood", "links"), [("von_neumann", 4), ("moore", 8)])
def test_traffic_and_waiting_are_of_all_links(neighbourhood, links):
    lattice = single(bits=2.5, neighbourhood=neighbourhood)
    for sent, waiting in ((1.0, 1.5), (1.0, 0.5), (0.5, 0.0), (1.0, 1.5)):
        lattice.advance(1, 1.0, 300.0)
        assert (lattice.read("traffic") == links * sent).all()
        assert (lattice.read("waiting") == links * waiting).all()


def test_cells_are_those_of_the_whole():
    lattice, _ = pair(("strict", "periodic", "float32", "moore"))
    lattice.advance(8, 1.0, WINDOW)
    for name in (*FIELDS, "emission", "debt"):
        for index in ((2, 4), ([1, 2], [2, 4]), (slice(1, 4), 2)):
            assert np.array_equal(lattice.read_at(name, index), lattice.read(name)[index]), name


def test_delta_messages_do_not_depend_on_the_emission():
    """The document's state is a count of updates: its change is 1, whatever a node emits."""
    lattice = MessageLattice(Form(5, 5, "float64", "literal", "absorbing"), 2.5, "delta")
    lattice.write("emission", emission((5, 5)))
    lattice.advance(300, 1.0, 300.0)
    assert (lattice.read("realized") == 100).all()


def test_survival_has_no_effect():
    with_loss, without = single("strict", bits=1.5), single("strict", bits=1.5)
    with_loss.advance(20, 0.5, 300.0)
    without.advance(20, 1.0, 300.0)
    for name, array in with_loss.state().items():
        assert np.array_equal(array, without.state()[name]), name


def test_mirror_and_sink_give_the_same_run():
    for hood in NEIGHBOURHOODS:
        mirror, sink = (pair(("strict", edge, "float32", hood))[0] for edge in ("reflective", "absorbing"))
        mirror.advance(200, 1.0, WINDOW)
        sink.advance(200, 1.0, WINDOW)
        assert np.array_equal(mirror.read("realized"), sink.read("realized"))


def test_inboxes_of_the_reference_are_those_of_its_neighbours():
    for boundary, hood in product(("periodic", "reflective", "absorbing"), ("von_neumann", "moore")):
        _, reference = pair(("strict", boundary, "float32", hood))
        directions = NEAR + (DIAGONAL if hood == "moore" else ())
        held = [id(box) for boxes in reference.inboxes.values() for box in boxes.values()]
        ends = [id(link.inbox) for links in reference.links.values() for link in links.values() if link.inbox]
        assert sorted(held) == sorted(ends), "one link for each inbox"
        assert (len(held) == len(reference.nodes) * len(directions)) == (boundary != "absorbing")


def test_set_bits_are_sent_before_the_next_update():
    lattice = single("strict", bits=0.5)
    waiting = np.zeros((5, 5))
    waiting[2, 2] = 4 * 3.0
    lattice.write("waiting", waiting)
    assert (lattice.read("waiting") == waiting).all()
    lattice.advance(3, 1.0, 300.0)
    assert lattice.read("realized")[2, 2] == 0
    assert lattice.read("waiting")[2, 2] == 0
    assert lattice.read("realized")[2, 1] == 0
    assert lattice.read("realized")[2, 0] == 1
    assert lattice.read("realized")[0, 0] == 3
    lattice.advance(1, 1.0, 300.0)
    assert lattice.read("realized")[2, 2] == 1
    lattice.write("waiting", np.zeros((5, 5)))
    lattice.advance(200, 1.0, 300.0)
    assert lattice.read("realized").min() >= 199


def test_what_is_not_there_is_refused():
    for arguments in (
        ("float32", "airtime", "absorbing"),
        ("float32", "literal", "disc"),
        ("int32", "literal", "absorbing"),
        ("float32", "strict", "absorbing", "hex"),
        ("float32", "strict", "torus"),
    ):
        with pytest.raises(ValueError, match="have no"):
            MessageLattice(Form(4, 4, *arguments))
    with pytest.raises(ValueError, match="have no sizer"):
        MessageLattice(Form(4, 4, "float32", "strict", "absorbing"), 1.0, "bytes")
    lattice = single()
    assert not lattice.read("debt").any()
    for name in ("debt", "delivered", "mass"):
        with pytest.raises(KeyError):
            lattice.write(name, 0.0)


def test_broken_sites_are_counted(module=messages):
    lattice, _ = pair(("strict", "periodic", "float64", "moore"), module=module)
    lattice.set_capacity(2.0)
    bits = lattice.message_bits.max() * 8
    assert lattice.broken(1.0, 0.0, 0.0) == 0
    for name, limit in (("traffic", 16.0), ("waiting", bits)):
        for value, bad in ((np.nan, 1), (-1e-6, 1), (limit * 1.001, 1), (np.inf, 1), (limit, 0), (0.0, 0)):
            fresh, _ = pair(("strict", "periodic", "float64", "moore"), module=module)
            fresh.set_capacity(2.0)
            field = fresh._array(name)
            field[3, 4] = value / 8
            assert fresh.broken(1.0, 0.0, 0.0) == bad, f"{name} = {value}"


def test_a_broken_number_stays_to_be_seen():
    for rule in ("literal", "strict"):
        lattice = single(rule, bits=1.5)
        lattice._array("waiting")[2, 2] = np.nan
        lattice.advance(5, 1.0, 300.0)
        assert lattice.broken(1.0, 100.0, 1.0) == 1


@pytest.mark.parametrize("rule", ["literal", "strict"])
def test_bounds_hold_through_live_changes(rule):
    lattice, _ = pair((rule, "absorbing", "float32", "moore"))
    for size, most in ((5.0, 1.0), (0.1, 0.2), (1.0, 3.0)):
        lattice.set_message_size(size)
        lattice.set_capacity(most * capacity())
        assert lattice.broken(1.0, 0.0, 0.0) == 0
        lattice.advance(6, 1.0, WINDOW)
        assert lattice.broken(1.0, 0.0, 0.0) == 0


def test_totals_equal_numpy(module=messages):
    lattice, _ = pair(("strict", "periodic", "float64", "moore"), module=module)
    lattice.advance(9, 1.0, WINDOW)
    E, before, q, a, g = (
        lattice.read(name) for name in ("traffic", "traffic_before", "waiting", "emission", "live")
    )
    expected = E.sum(), ((E + before) / (8 * capacity())).max(), q.max(), a.sum(), (a * g).sum(), g.sum()
    np.testing.assert_allclose(lattice.totals(), expected, rtol=1e-13)
    assert 0 < expected[1] <= 2


def test_warming_up_leaves_nothing_to_compile():
    assert all(warm_up(dtype) > 0 for dtype in ("float32", "float64"))
    before = compile_log.compile_count()
    for cell in CELLS:
        lattice, _ = pair(cell)
        lattice.advance(3, 1.0, WINDOW)
        lattice.broken(1.0, 1.0, 1.0)
        lattice.totals()
    assert compile_log.compile_count() == before
    strict = [message_kernels.advance_strict(moore) for moore in (False, True)]
    for function in (message_kernels.advance_literal, *strict, message_kernels.broken_sites):
        assert len(function.signatures) == 2, function


# -- planted errors


def reference_of(rule, boundary="periodic", neighbourhood="von_neumann", sizer="message"):
    """`test_equals_reference_bit_for_bit` of one case, for the kernels and the class of a module."""

    def run(module: ModuleType) -> None:
        test_equals_reference_bit_for_bit((rule, boundary, "float64", neighbourhood), sizer, module=module)

    run.__name__ = f"test_equals_reference_bit_for_bit[{rule}-{boundary}-float64-{neighbourhood}-{sizer}]"
    return run


LITERAL, STRICT = reference_of("literal"), reference_of("strict")
MOORE, OPEN = reference_of("strict", neighbourhood="moore"), reference_of("strict", "absorbing")
DELTA = reference_of("literal", sizer="delta")


def in_rule(rule, test, nth):
    more = "* type(rest)(1.01)"
    return [
        (
            f"{rule}: size of a message",
            test,
            "= c[y, x], q[y, x], b[y, x]",
            f"= c[y, x], q[y, x], b[y, x] {more}",
            nth,
        ),
        (f"{rule}: capacity of a link", test, "message = c[y, x]", f"message = c[y, x] {more}", nth),
        (f"{rule}: bits sent", test, "x] = sent", f"x] = sent {more}", nth),
        (f"{rule}: bits left", test, "= load - sent", "= load - sent * type(rest)(0.99)", nth),
        (f"{rule}: rest that is rounding", test, "left <= rest * c", "left <= rest + 0.01 * c", nth),
        (f"{rule}: share averaged", test, "alpha * ((one", f"alpha * ((one {more}", nth),
        (f"{rule}: moving average", test, "+= alpha *", "+= type(rest)(1.01) * alpha *", nth),
    ]


MUTATIONS = [
    *in_rule("literal", LITERAL, 0),
    *in_rule("strict", STRICT, 1),
    ("literal: count", LITERAL, "+= 1 if clear", "+= (2 if x % 5 == 2 else 1) if clear", 0),
    ("strict: count", STRICT, "+= 1 if ready", "+= (2 if x % 5 == 2 else 1) if ready", 0),
    ("strict: input from below", STRICT, "v[now, below, here]", "v[now, above, here]", 0),
    ("strict: input from above", STRICT, "v[now, above, here]", "v[now, below, here]", 0),
    ("strict: input from the left", STRICT, "v[now, row, west] ", "v[now, row, east] ", 0),
    ("strict: input from the right", STRICT, "v[now, row, east]", "v[now, row, west]", 0),
    ("strict: inputs that are there", STRICT, "- own) >= 0)", "- own) >= 1)", 2),
    ("strict: diagonal inputs", MOORE, "v[now, below, west] ", "v[now, below, east] ", 0),
    ("strict: other diagonal inputs", MOORE, "v[now, below, east] ", "v[now, below, west] ", 0),
    ("strict: diagonal inputs above", MOORE, "v[now, above, west] ", "v[now, below, west] ", 0),
    ("strict: other inputs above", MOORE, "v[now, above, east] ", "v[now, below, east] ", 0),
    ("strict: messages delivered", STRICT, "all_sent & (", "(left <= 0.01) & (", 0),
    ("strict: delivered by an idle node", STRICT, "all_sent & (ready | (not clear))", "all_sent", 0),
    ("halo: rows of an open edge", OPEN, "if wraps else 1, x", "if wraps else 3, x", 0),
    ("halo: columns of an open edge", OPEN, "if wraps else first]", "if wraps else first + 2]", 0),
    ("halo: rows that wrap", STRICT, "rows - 1 if wraps", "rows - 2 if wraps", 0),
    ("halo: columns that wrap", STRICT, "last if wraps", "last - 1 if wraps", 0),
    ("message size", LITERAL, "np.multiply(self._a, size", "np.multiply(self._a, 1.01 * size", 0),
    ("change of state", DELTA, "self._b[...] = size", "self._b[...] = 1.01 * size", 0),
    ("window given to the kernel", LITERAL, "2 / (window", "2.02 / (window", 0),
    ("rest given to the kernel", LITERAL, "self._number(REST[self", "0.01 + self._number(REST[self", 0),
    (
        "bound of the traffic",
        test_broken_sites_are_counted,
        "traffic_limit * c",
        "1.01 * traffic_limit * c",
        0,
    ),
    ("bound of the queue", test_broken_sites_are_counted, "(waiting <= w", "(waiting <= 1.01 * w", 0),
]


def module_of(old):
    """Where a text stands: in the kernels, or in the class."""
    return message_kernels if old in inspect.getsource(message_kernels) else messages


@pytest.mark.parametrize(
    ("test", "old", "new", "nth"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS]
)
def test_planted_error_is_noticed(test, old, new, nth):
    mutated = plain_copy(module_of(old), old, new, nth)
    with pytest.raises(AssertionError):
        test(module=mutated)


@pytest.mark.parametrize(
    "test", list({mutation[1]: None for mutation in MUTATIONS}), ids=lambda test: test.__name__
)
def test_unchanged_copy_passes(test):
    for module in (message_kernels, messages):
        test(module=plain_copy(module))


def test_every_kernel_is_mutated():
    text = inspect.getsource(message_kernels)
    before = functions(text)
    changed = set()
    for _, _, old, new, nth in MUTATIONS:
        if module_of(old) is messages:
            continue
        after = functions(planted(text, old, new, nth))
        changed |= {name for name in before if before[name] != after[name]}
    assert set(before) == changed
