from tauscope.app import recording


def test_smoke(recorded):
    p = recorded()
    ds = recording.open(p)
    print(ds)
    r = recording.replay(p, verify=True)
    print(r.sentence, r)
    assert r.passed
