"""The report as one HTML file: figures, plots and, where wanted, contact sheets; nothing is loaded from elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from anprd.training.evaluation import svg
from anprd.training.evaluation.curves import Point
from anprd.training.evaluation.svg import Axes, Mark, Series

CONFUSED_MAX = 18  # characters of the matrix: those that were confused most
GAP = "∅"  # no character

STYLE = """
:root{--ink:#1b1f24;--dim:#5c6670;--paper:#fff;--line:#d9dee3;--a:#1667c1;--b:#c2410c;--c:#15803d;--bar:#8fb8e8}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--dim:#a3abb3;--paper:#15181c;--line:#333a41;--a:#6cb0f5;
--b:#f59e6c;--c:#6cd08f;--bar:#2f5f93}}
@media print{:root{--ink:#000;--dim:#444;--paper:#fff;--line:#ccc;--a:#1667c1;--b:#c2410c;--c:#15803d;--bar:#8fb8e8}}
body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 system-ui,sans-serif}
body{color:var(--ink);background:var(--paper)}
h1,h2,h3{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}p.note{color:var(--dim)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .8rem .2rem 0;text-align:right;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}
.plots{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0;flex:1 1 20rem;max-width:420px;break-inside:avoid}
figure.sheet,figure.matrix{max-width:none;flex:1 1 100%}figcaption{font-weight:600}
svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--ink)}img{max-width:100%;height:auto}
svg .axis,svg .count{text-anchor:middle;fill:var(--dim)}svg .count{font-size:8px}
svg .name,svg .value{text-anchor:middle}
svg .end{text-anchor:end}svg .start{text-anchor:start}
.grid{stroke:var(--line);stroke-width:.5}.line{fill:none;stroke-width:2}.s0{stroke:var(--a)}.s1{stroke:var(--b)}.s2{stroke:var(--c)}
.mark{stroke:var(--ink);stroke-dasharray:4 3}.diagonal{stroke:var(--dim);stroke-dasharray:2 3}
.bar{fill:var(--bar)}.dot{fill:var(--b)}.cell{fill:var(--b);stroke:var(--line);stroke-width:.5}
code{overflow-wrap:anywhere}
"""

KINDS = {"read_path": "Photos, the whole way", "reader": "Plate crops", "detector": "Detector"}
COLUMNS = {"plates": "plates", "exact_match": "exact match", "cer": "CER"}
NOT_GROUPS = frozenset({"confidence", "region", "curves", "confusions", "misread", "by", "fp32"})

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A contact sheet: what it shows, and the picture as a `data:` URL."""

    title: str
    url: str


def page(report: Table, *, command: str, sheets: Mapping[str, Sequence[Sheet]]) -> str:
    """The whole page.

    Args:
        report: the figures, as the JSON has them.
        command: what made it.
        sheets: contact sheets by the kind that they belong to.
    """
    parts = [
        "<h1>How good the networks are</h1>",
        f"<p class=note>Made by <code>{escape(command)}</code>; networks (sha256): {_named(report['weights'])}.</p>",
        _networks(report.get("networks", {})),
    ]
    if "detector" in report:
        parts.append(_detector(report["detector"]))
    parts += [_readings(kind, report[kind]) for kind in ("read_path", "reader") if kind in report]
    if "unread" in report:
        parts.append(_unread(report["unread"]))
    if "tilt" in report:
        parts.append(_tilt(report["tilt"]))
    parts += [_sheet(sheet) for kind in sheets for sheet in sheets[kind]]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>anprd evaluate</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _named(weights: Mapping[str, str]) -> str:
    return ", ".join(f"{escape(name)} <code>{escape(digits)}</code>" for name, digits in weights.items())


def _networks(networks: Table) -> str:
    kinds = sorted({kind for network in networks.values() for kind in network})
    rows = [
        [name, *(f"{network[kind][figure]:.2f}" for kind in kinds for figure in ("ms", "mb"))]
        for name, network in networks.items()
    ]
    titles = ["network", *(f"{kind.upper()} {unit}" for kind in kinds for unit in ("ms", "MB"))]
    note = "CPU time of one call on one thread, the median; INT8 and FP32 in turns."
    return f"<h2>Speed and size</h2><p class=note>{note}</p>{_table(titles, rows)}" if rows else ""


def _detector(figures: Table) -> str:
    samples = figures["curves"]["detection"]
    mark = Mark(figures["confidence_min"], f"default {figures['confidence_min']:.2f}")
    best = figures["best_f1"]
    over = "confidence"
    plots = [
        _over("F1", over, [(sure, Point(sure, right, part).f1) for sure, right, part in samples], [mark]),
        _over("Precision", over, [(sure, right) for sure, right, _ in samples], [mark]),
        _over("Recall", over, [(sure, part) for sure, _, part in samples], [mark]),
        _over("Precision over recall", "recall", [(part, right) for _, right, part in samples], [
            Mark(figures["recall"], f"default {figures['confidence_min']:.2f}")
        ]),
    ]  # fmt: skip
    keys = ("precision", "recall", "map50", "map50_95")
    rows = [[f"INT8 at {figures['confidence_min']:.2f}", *(_share(figures[key]) for key in keys)]]
    rows.append([f"INT8 at its best F1, {best['confidence']:.2f}", *(_share(best[key]) for key in keys[:2]), "", ""])
    if "fp32" in figures:
        rows.append([f"FP32 at {figures['confidence_min']:.2f}", *(_share(figures["fp32"][key]) for key in keys)])
    for name, part in {"INT8": figures, "FP32": figures.get("fp32")}.items():
        if part:
            rows.append([f"{name} at the size of video", "", "", *(_share(part["video"][key]) for key in keys[2:])])
    about = (
        f"{figures['plates']} plates in {figures['pictures']} pictures, looked for as in photos; IoU of at least .5."
    )
    table = _table(["", "precision", "recall", "mAP50", "mAP50-95"], rows)
    return f"<h2>Detector</h2><p class=note>{about}</p>{table}{_plots(plots)}"


def _readings(kind: str, figures: Table) -> str:
    chosen = figures["confidence"]
    mark = Mark(chosen["confidence_min"], f"default {chosen['confidence_min']:.2f}")
    told = figures["curves"]["told"]
    risk = Axes("share of plates told (coverage)", "share of those that is wrong (risk)", y_range=(0.0, 0.2))
    plots = [
        _over("Precision of what is told", "confidence", [(sure, right) for sure, right, _ in told], [mark]),
        _over("Share of plates told", "confidence", [(sure, part) for sure, _, part in told], [mark]),
        _figure("Risk over coverage", svg.lines("Risk over coverage", risk, [
            Series("risk", [(part, 1 - right) for _, right, part in told if part > 0])
        ], [Mark(chosen["share_told"], f"default {chosen['confidence_min']:.2f}")])),
        *(_reliability(name, figures["curves"][f"{name}_reliability"], chosen[f"{name}_ece"])
          for name in ("plate", "character")),
    ]  # fmt: skip
    return (
        f"<h2>{KINDS[kind]}</h2>{_told(chosen)}{_region(figures['region'])}{_exactness(figures)}{_plots(plots)}"
        f"{_matrix(figures['confusions'])}{_by(figures.get('by', {}))}"
    )


def _told(chosen: Table) -> str:
    at_99 = chosen["confidence_at_99"]
    most = f"{_share(chosen['share_at_99'])} at confidence {at_99:.2f}" if at_99 is not None else "none"
    return (
        f"<p>Told at confidence {chosen['confidence_min']:.2f}: {_share(chosen['share_told'])} of the plates, of which "
        f"{_share(chosen['precision'])} are right. With 99 % right at most {most}. Calibration error (ECE): "
        f"{chosen['plate_ece']:.3f} a plate, {chosen['character_ece']:.3f} a character.</p>"
    )


def _region(named: Table) -> str:
    if named["plates"] == 0:
        return ""
    return (
        f"<p>Of the {named['plates']} plates whose country is labelled {_share(named['share_named'])} get a region, "
        f"{_share(named['precision'])} of those the right one.</p>"
    )


def _exactness(figures: Table) -> str:
    groups = {name: part for name, part in figures.items() if name not in NOT_GROUPS}
    rows = [_row(f"{name}, INT8" if name == "all" else name, part) for name, part in groups.items()]
    if "fp32" in figures:
        rows.insert(1, _row("all, FP32", {"plates": groups["all"]["plates"]} | figures["fp32"]))
    return _table(["", *COLUMNS.values()], rows)


def _by(ways: Table) -> str:
    tables = {way: [_row(name, part) for name, part in groups.items()] for way, groups in ways.items()}
    return "".join(f"<h3>By {escape(way)}</h3>{_table([way, *COLUMNS.values()], rows)}" for way, rows in tables.items())


def _row(name: str, part: Table) -> list[str]:
    return [name, str(part["plates"]), _share(part["exact_match"]), _share(part["cer"])]


def _reliability(name: str, bins: Sequence[Sequence[float]], error: float) -> str:
    title = f"Reliability, a {name} (ECE {error:.3f})"
    return _figure(title, svg.reliability(title, Axes("confidence", "share that is right"), bins))


def _matrix(confusions: Sequence[tuple[str, str, int]]) -> str:
    """The characters that were confused most, truth down, reading across."""
    if not confusions:
        return ""
    weight: dict[str, int] = {}
    for true, read, count in confusions:
        for character in (true or GAP, read or GAP):
            weight[character] = weight.get(character, 0) + count
    chosen = sorted(sorted(weight, key=lambda character: -weight[character])[:CONFUSED_MAX])
    counts = {(true or GAP, read or GAP): count for true, read, count in confusions}
    plot = svg.matrix("Confused characters", chosen, chosen, counts)
    title = f"Confused characters: truth down, reading across; {GAP} is no character"
    return f"<figure class=matrix><figcaption>{title}</figcaption>{plot}</figure>"


def _unread(figures: Table) -> str:
    return (
        f"<h2>What no eye could read</h2><p>{figures['crops']} crops that were set aside as unreadable: "
        f"{figures['told']} ({_share(figures['share_told'])}) are told.</p>"
    )


def _tilt(angles: Table) -> str:
    ways = {"box": "in the detector's box", "found": "between corners found", "true": "between true corners"}
    rows = [
        [f"{yaw} degrees", str(score["plates"]), *(_share(score[way]) for way in ways)] for yaw, score in angles.items()
    ]
    note = "Rendered plates, turned aside: the share read exactly."
    return f"<h2>Seen from aside</h2><p class=note>{note}</p>{_table(['yaw', 'plates', *ways.values()], rows)}"


def _over(title: str, x: str, points: Sequence[tuple[float, float]], marks: Sequence[Mark]) -> str:
    return _figure(title, svg.lines(title, Axes(x, title), [Series(title, points)], marks))


def _figure(title: str, plot: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{plot}</figure>"


def _plots(plots: Iterable[str]) -> str:
    return f"<div class=plots>{''.join(plots)}</div>"


def _sheet(sheet: Sheet) -> str:
    title = escape(sheet.title)
    return f'<figure class=sheet><figcaption>{title}</figcaption><img src="{sheet.url}" alt="{title}"></figure>'


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"
