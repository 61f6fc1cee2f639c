from anprd.cli import evaluation


def test_a_report_is_laid_out_as_rows():
    report = {"reader": {"RU": {"cer": 0.01, "misread": [1, 2]}, "by": {"rows": {}}}, "detector": {"map50": 0.9}}
    assert list(evaluation.flat(report)) == [("reader RU cer", "0.01"), ("detector map50", "0.9")]


def test_what_could_not_be_measured_is_no_row():
    report = {"reader": {"exact_match": 0.5, "region": {"plates": 0, "share_named": None}}}
    assert list(evaluation.flat(report)) == [("reader exact_match", "0.5"), ("reader region plates", "0")]
