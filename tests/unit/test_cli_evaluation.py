from anprd.cli import evaluation


def test_a_report_is_laid_out_as_rows():
    report = {"reader": {"RU": {"cer": 0.01, "misread": [1, 2]}, "by": {"rows": {}}}, "detector": {"map50": 0.9}}
    assert list(evaluation.flat(report)) == [("reader RU cer", "0.01"), ("detector map50", "0.9")]
