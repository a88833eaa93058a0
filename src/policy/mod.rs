//! Public money as data: the policy file, the evaluator and its trace. Pure: no I/O, no clock.
