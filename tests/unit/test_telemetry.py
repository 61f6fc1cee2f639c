import subprocess
import sys

SCRIPT = """
import sys
import anprd.vision.inference
loaded = [name for name, module in sys.modules.items() if name.startswith("openvino_telemetry") and module]
sys.exit(len(loaded))
"""


def test_openvino_reports_to_nobody():
    """In a process of its own: in this one somebody may have imported openvino first."""
    assert subprocess.run([sys.executable, "-c", SCRIPT], check=False).returncode == 0
