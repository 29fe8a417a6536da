"""The calls that record.py makes: one function for each object."""
import scenarios_rbd
import scenarios_rest

ALL = {}
for module in (scenarios_rest, scenarios_rbd):
    for name, scenario in vars(module).items():
        if name.startswith('do_'):
            ALL[name[3:].replace('_', '-')] = scenario
