"""The baseline's table for people."""

from typing import Any

from anprd.cli import console


def print_table(measured: dict[str, Any]) -> None:
    """A row for each form of the network; how long a YOLOv8n takes in the same run tells what the machine is."""
    table = console.table("network", "exact match", "CER", "ms a crop", "MB", "crops in a YOLOv8n's time")
    for row in measured["rows"]:
        figures = (f"{100 * row['exact_match']:.2f} %", f"{100 * row['cer']:.2f} %", f"{row['ms']:.2f}")
        table.add_row(row["name"], *figures, f"{row['mb']:.1f}", f"{measured['yardstick_ms'] / row['ms']:.0f}")
    console.console().print(table)
    print(f"YOLOv8n 640 in torch FP32: {measured['yardstick_ms']:.1f} ms")
