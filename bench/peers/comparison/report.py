"""What was seen, as JSON and as the section of docs/performance.md between its two marks."""

import datetime
import os
import platform
import statistics

BEGIN = "<!-- bench/peers/run writes from here -->"
END = "<!-- to here -->"


def machine():
    """Processor, cores, memory, load: what the figures hold for."""
    with open("/proc/cpuinfo") as lines:
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": models[0] if models else platform.machine(),
        "features": features(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def features():
    """Those that decide how fast networks are."""
    with open("/proc/cpuinfo") as lines:
        flags = next((line.split() for line in lines if line.startswith("flags")), [])
    known = {"amx_bf16": "AMX", "avx512_bf16": "AVX-512 bf16", "avx512_vnni": "VNNI", "avx512f": "AVX-512", "avx2": "AVX2"}
    return [name for flag, name in known.items() if flag in flags]


def results(subjects, seen, sets, missing, settings):
    """Everything, for the JSON file."""
    return {
        "date": datetime.date.today().isoformat(),
        "settings": settings,
        "machine": machine(),
        "sets": {name: [{"pair": pair.name, "same": pair.same} for pair in pairs] for name, pairs in sets.items()},
        "missing": missing,
        "subjects": {subject.name: result(subject, seen[subject.name], sets) for subject in subjects},
    }


def result(subject, seen, sets):
    return {
        "title": subject.title,
        "about": subject.about,
        "ready_s": statistics.median(seen.ready_s),
        "first_answer_s": statistics.median(seen.first_s),
        "peak_mb": seen.peak_bytes / 1e6,
        "verdicts": seen.verdicts,
        "right": {name: sum(seen.verdicts[name][pair.name] is pair.same for pair in pairs) for name, pairs in sets.items()},
        "measured": {f"{name}, {clients} at once": s.medians() for (name, clients), s in sorted(seen.series.items())},
    }


def figure(value):
    """Three digits, or two where more would only be noise."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def ratio(over, under):
    return figure(over / under) if under else "-"


def row(cells):
    return "| " + " | ".join(cells) + " |"


def section(found):
    """The Markdown between the marks."""
    subjects = list(found["subjects"].values())
    parts = [introduction(found)]
    for name in found["sets"]:
        parts.append(set_table(name, subjects, len(found["sets"][name])))
    parts.append(process_table(subjects))
    parts.append(ratio_table(subjects, list(found["sets"])))
    parts.append(notes(found))
    return "\n\n".join(part for part in parts if part)


def introduction(found):
    here = found["machine"]
    pairs = " and ".join(f"{len(pairs)} pairs `{name}`" for name, pairs in found["sets"].items())
    cores = f"{here['cores']} cores of {here['processor']} ({', '.join(here['features'])}), {here['memory_gib']} GiB"
    return (
        f"{found['date']}, {cores}, load {here['load']:.1f} before\n"
        f"the start; {pairs}, {found['settings']['rounds']} rounds, each with all programs in an order drawn anew. Medians;\nmeans of processor time."
    )


def set_table(name, subjects, n_pairs):
    head = [f"{name}", "pairs right", "1 at once: p50 ms", "requests/s", "CPU s a request"]
    lines = [row([*head, "2 at once: p50 ms", "requests/s", "CPU s a request"]), "|---" * 8 + "|"]
    for subject in subjects:
        cells = [subject["title"], f"{subject['right'][name]} of {n_pairs}"]
        for clients in (1, 2):
            at = subject["measured"][f"{name}, {clients} at once"]
            cells += [figure(at["p50_ms"]), figure(at["requests_per_s"]), figure(at["cpu_s"])]
        lines.append(row(cells))
    return "\n".join(lines)


def process_table(subjects):
    lines = [row(["the process", "peak MB", "ready s", "first answer s"]), "|---" * 4 + "|"]
    for subject in subjects:
        times = [figure(subject["ready_s"]), figure(subject["first_answer_s"])]
        lines.append(row([subject["title"], figure(subject["peak_mb"]), *times]))
    return "\n".join(lines)


def ratio_table(subjects, set_names):
    """How many times as good the first subject is as each other; under 1 it is worse."""
    ours, others = subjects[0], subjects[1:]
    at = [(name, clients) for name in set_names for clients in (1, 2)]
    head = [f"{name}: {'p50, 1 at once' if clients == 1 else 'requests/s, 2 at once'}" for name, clients in at]
    columns = [*head, *(f"{name}: CPU" for name in set_names), "memory", "first answer"]
    lines = [row([f"{ours['title']}, times as good as", *columns]), "|---" * (len(columns) + 1) + "|"]
    for other in others:
        cells = [other["title"].replace("**", "")]
        for name, clients in at:
            mine, theirs = (s["measured"][f"{name}, {clients} at once"] for s in (ours, other))
            better = (theirs["p50_ms"], mine["p50_ms"]), (mine["requests_per_s"], theirs["requests_per_s"])
            cells.append(ratio(*better[clients - 1]))
        for name in set_names:
            mine, theirs = (s["measured"][f"{name}, 2 at once"]["cpu_s"] for s in (ours, other))
            cells.append(ratio(theirs, mine))
        cells += [ratio(other[key], ours[key]) for key in ("peak_mb", "first_answer_s")]
        lines.append(row(cells))
    return "\n".join(lines)


def notes(found):
    lines = [f"- {subject['title'].replace('**', '')}: {subject['about']}." for subject in found["subjects"].values()]
    lines += [f"- Not measured: {name}. {reason}" for name, reason in found["missing"].items()]
    for subject in found["subjects"].values():
        strayed = sum(at["strayed"] for at in subject["measured"].values())
        if strayed:
            lines.append(f"- {subject['title']}: {strayed} answers differed from those of the warm-up.")
    return "\n".join(lines)


def written(text, new):
    """The document with the section between its marks replaced."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"the document must have one line `{BEGIN}` and one line `{END}`")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{new}\n\n{END}{rest.partition(END)[2]}"
