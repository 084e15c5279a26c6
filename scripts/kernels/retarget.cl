// For check.py alone: one wgmma as kernels hold it, so small that its text serves RetargetedPTXTests as a sample.
#define MEMORY ((UNIT_ROWS + UNIT_COLUMNS) * UNIT_DEPTH)
__kernel __attribute__((reqd_work_group_size(LANES, 1, 1)))
void retarget(__global const ushort *restrict factors, __global float *restrict product)
{
    __local ushort memory[MEMORY] __attribute__((aligned(1024)));
    const uint lane = get_local_id(0);
    for (uint i = lane; i < MEMORY; i += LANES) memory[i] = factors[i];
    AWAIT_COPIES(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    uint left[LEFT_WORDS], right[RIGHT_WORDS];
    float sums[SUM_COUNT];
    UNROLL
    for (uint e = 0; e < SUM_COUNT; e++) sums[e] = 0.0f;
    load_left(left, memory, lane, 0, 0, UNIT_DEPTH);
    load_right(right, memory + UNIT_ROWS * UNIT_DEPTH, lane, 0, 0, UNIT_DEPTH);
    BEGIN_SUMS(0);
    UNIT_MULTIPLY(sums, left, right);
    END_SUMS();
    AWAIT_SUMS(sums);
    UNROLL
    for (uint e = 0; e < SUM_COUNT; e++) product[SUM_ROW(e) * UNIT_COLUMNS + SUM_COLUMN(e)] = sums[e];
}
