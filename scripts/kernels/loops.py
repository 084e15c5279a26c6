"""Finds the main loop in a disassembly: the shortest loop with matrix instructions."""

import re

# What attention does in every round. What a jump forward passes over without any of it is done seldom, and does not count:
# sums are rescaled where a score gets far ahead of the reference.
STEADY = re.compile("HMMA|HGMMA|LD|ST|BAR")


def _shortest(instructions, labels, jumps, is_matrix, is_attention=False):
    """The share of matrix instructions between a label and a later jump back to it."""
    seldom = set()
    for position, label in jumps if is_attention else []:
        passed = range(position + 1, labels.get(label, 0))
        if passed and not any(STEADY.match(instructions[i]) for i in passed):
            seldom.update(passed)
    bodies = []
    for position, label in jumps:
        start = labels.get(label, position + 1)
        body = [instructions[i] for i in range(start, position + 1) if i not in seldom]
        if start <= position and any(map(is_matrix, body)):
            bodies.append(body)
    if not bodies:
        return 0
    body = min(bodies, key=len)
    return sum(map(is_matrix, body)) / len(body)


def nvidia_share(disassembly, matrix, is_attention):
    """HMMA, or HGMMA, among the instructions of the main loop of nvdisasm's listing."""
    instructions, labels, jumps = [], {}, []
    for line in disassembly.splitlines():
        if label := re.match(r"\s*(\.L_x_\d+):", line):
            labels[label[1]] = len(instructions)
        elif code := re.match(r"\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_]+)(.*)", line):
            if code[1] == "BRA" and (target := re.search(r"\.L_x_\d+", code[2])):
                jumps.append((len(instructions), target[0]))
            if code[1] != "NOP":  # with which ptxas waits on sm_120
                instructions.append(code[1])
    return _shortest(instructions, labels, jumps, lambda name: name == matrix, is_attention)


def amd_share(assembly):
    """v_mfma and v_wmma among the instructions of the main loop of LLVM's assembly."""
    instructions, labels, jumps = [], {}, []
    for line in assembly.splitlines():
        if label := re.match(r"(\.LBB\w+):", line):
            labels[label[1]] = len(instructions)
        elif code := re.match(r"\s+([sv]_\w+|ds_\w+|global_\w+|flat_\w+|buffer_\w+|scratch_\w+)(.*)", line):
            if code[1].startswith(("s_cbranch", "s_branch")):
                jumps.append((len(instructions), code[2].split()[0]))
            instructions.append(code[1])
    return _shortest(instructions, labels, jumps, lambda name: name.startswith(("v_mfma", "v_wmma")))
