"""Scenarios with a verdict: what a CSMS has to do with a charge point, tried step by step.

A scenario is read (`reading`), played by a charge point against any CSMS (`runner`), and what came
of it is told as a test runner would (`report`). What only the CSMS can do, a hook has it do
(`hooks`).
"""
