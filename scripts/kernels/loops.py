"""Finds the main loop in a disassembly: the shortest loop with matrix instructions."""

import re

# What attention does in every round. Sums are rescaled where a score of any lane gets far ahead of the reference: a jump behind
# a vote passes over that, and nothing of this is in it.
STEADY = re.compile("HMMA|HGMMA|LD|ST|BAR")
VOTE_DISTANCE = 3  # instructions between a vote and the jump that it decides


def _seldom(instructions, labels, jumps):
    """What only rounds that rescale do: the numbers of its instructions."""
    for position, label in jumps:
        passed = range(position + 1, labels.get(label, 0))
        is_vote = any(i.startswith("VOTE") for i in instructions[max(0, position - VOTE_DISTANCE):position])
        if passed and is_vote and not any(STEADY.match(instructions[i]) for i in passed):
            yield passed


def _shares(instructions, labels, jumps, is_matrix, is_attention=False):
    """The share of matrix instructions between a label and a later jump back to it, and with what is done seldom."""
    bodies = []
    for position, label in jumps:
        start = labels.get(label, position + 1)
        if start <= position and any(map(is_matrix, instructions[start:position + 1])):
            bodies.append(range(start, position + 1))
    if not bodies:
        return 0, 0
    body = min(bodies, key=len)
    seldom = [r for r in _seldom(instructions, labels, jumps) if r[0] in body] if is_attention else []
    if len(seldom) > 1:
        raise RuntimeError("more than one part of attention's loop is behind a vote")
    matrix = sum(is_matrix(instructions[i]) for i in body)
    return matrix / (len(body) - sum(map(len, seldom))), matrix / len(body)


def nvidia_shares(disassembly, matrix, is_attention):
    """HMMA, or HGMMA, among the instructions of the main loop of nvdisasm's listing: of most rounds, and of one that
    rescales."""
    instructions, labels, jumps = [], {}, []
    for line in disassembly.splitlines():
        if label := re.match(r"\s*(\.L_x_\d+):", line):
            labels[label[1]] = len(instructions)
        elif code := re.match(r"\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_]+)(.*)", line):
            if code[1] == "BRA" and (target := re.search(r"\.L_x_\d+", code[2])):
                jumps.append((len(instructions), target[0]))
            if code[1] != "NOP":  # with which ptxas waits on sm_120
                instructions.append(code[1])
    return _shares(instructions, labels, jumps, lambda name: name == matrix, is_attention)


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
    return _shares(instructions, labels, jumps, lambda name: name.startswith(("v_mfma", "v_wmma")))[0]
