"""The plot is one file that a browser shows by itself."""

from xml.etree import ElementTree as ET

from anprd.bench import plot


def run(cameras, wake, busy, cores, *, fits=True):
    return {"cameras": cameras, "wake": wake, "busy": busy, "cpu": {"total": cores}, "fits": fits}


def test_every_run_is_a_point_and_every_share_of_busy_time_a_plot():
    runs = [
        run(10, "always", 0.1, 1.0),
        run(20, "always", 0.1, 1.9, fits=False),
        run(20, "substream", 0.0, 0.4),
        {"cameras": 1, "wake": "baseline", "busy": 0.1, "cpu_per_camera": 1.3, "frame_ms": 53},
    ]
    root = ET.fromstring(plot.cost(runs))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    plots = root.findall("{http://www.w3.org/2000/svg}svg")
    points = [one.findall("{http://www.w3.org/2000/svg}circle") for one in plots]
    assert [len(one) for one in points] == [1, 2]
    assert [one.get("class") for one in points[1]] == ["s0", "s0 full"]
    titles = [one.findtext("{http://www.w3.org/2000/svg}text[@class='title']") for one in plots]
    assert titles == ["0 % of the time busy", "10 % of the time busy (filled: did not fit)"]


def test_nothing_measured_is_an_empty_plot():
    assert plot.cost([]).startswith("<svg ")
