#!/usr/bin/python3
"""Asks a Prometheus what the panels of Grafana dashboards ask it, and tells which have data.

    dashboards.py http://localhost:9090 DASHBOARD.json...      Ceph's are in its monitoring/grafana/dashboards

The Prometheus is to scrape the manager's /metrics, with the cluster at work, and a node_exporter on each host whose `instance` is
the host's name, as Ceph documents it. A panel has data where one of its queries gives a number. Exit code: panels without.
"""
import json
import math
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

URL = sys.argv[1]
errors = set()


def ask(path, **arguments):
    with urllib.request.urlopen("%s/api/v1/%s?%s" % (URL, path, urllib.parse.urlencode(arguments))) as answer:
        return json.load(answer)["data"]


def panels(node):
    for each in node.get("panels", []) + node.get("rows", []):
        yield each
        yield from panels(each)


def values(variable, known):
    """What the user may choose of a variable; all of it as one pattern where that is allowed."""
    query = variable.get("query")
    query = query["query"] if isinstance(query, dict) else str(query)
    asked = re.fullmatch(r"label_values\((.*),\s*(\w+)\)\s*", query)
    if not asked:
        return [query.split(",")[0]]
    found = sorted({each[asked[2]] for each in ask("series", **{"match[]": fill(asked[1], known)}) if asked[2] in each})
    pattern = variable.get("regex", "").strip("/")
    if pattern:
        found = [m.group(1) if m.groups() else m.group(0) for m in (re.search(pattern, each) for each in found) if m]
    whole = ["|".join(found)] if found and (variable.get("includeAll") or variable.get("multi")) else []
    return whole + found or [""]


def fill(text, known):
    for name, chosen in known.items():
        text = re.sub(r"\$\{%s(:\w+)?\}|\$%s\b|\[\[%s\]\]" % (name, name, name), lambda m: chosen, text)
    return text


def numbers(expression):
    try:
        result = ask("query", query=expression)["result"]
    except urllib.error.HTTPError as e:
        errors.add(json.load(e).get("error", str(e))[:160])
        return []
    return [each for each in result if not math.isnan(float(each["value"][1]))]


def has_data(expressions, variables):
    """With any one choice of a variable, the others at their first."""
    known = {name: chosen[0] for name, chosen in variables.items()}
    choices = [known] + [dict(known, **{name: each}) for name, chosen in variables.items() for each in chosen[1:]]
    return any(numbers(fill(each, choice)) for choice in choices for each in expressions)


def main():
    names = set(ask("label/__name__/values"))
    total = filled = 0
    missing = set()
    for file in sys.argv[2:]:
        with open(file) as text:
            dashboard = json.load(text)
        variables = {}
        for each in dashboard["templating"]["list"]:
            if each["type"] != "datasource":
                variables[each["name"]] = values(each, {k: v[0] for k, v in variables.items()})
        variables.update({"__rate_interval": ["1m"], "__interval": ["1m"], "__range": ["1h"]})
        empty, count = [], 0
        for panel in panels(dashboard):
            expressions = [t["expr"] for t in panel.get("targets", []) if t.get("expr")]
            if not expressions:
                continue
            count += 1
            if not has_data(expressions, variables):
                empty.append(panel.get("title"))
            missing |= {m for e in expressions for m in re.findall(r"\bceph_\w+", re.sub(r"\$ceph_\w+|\[\[\w+\]\]|\b(by|on|group_left|without)\s*\([^)]*\)|\{[^}]*\}", "", e))} - names
        total, filled = total + count, filled + count - len(empty)
        print("%s: %d of %d panels with data%s" % (
            dashboard["title"], count - len(empty), count, "; none in: " + ", ".join(map(str, empty)) if empty else ""))
    print("%d of %d panels; not there: %s" % (filled, total, ", ".join(sorted(missing)) or "none"))
    for each in sorted(errors):
        print("refused by Prometheus:", each)
    sys.exit(total - filled)


main()
