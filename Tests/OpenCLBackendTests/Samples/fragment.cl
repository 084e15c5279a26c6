// fragment: a single multiplication of a matrix unit, behind common.cl and the files of the unit (matrix_tile.cl)
// layout    left [ROWS, pitch], right [ROWS, pitch] elements, whose depth is the columns, or TRANSPOSED the rows of the latter;
//           sums [UNIT_ROWS, RIGHT_AT_ONCE * UNIT_COLUMNS] floats
// launch    a work-group of LANES; the factors begin at left_row and right_column, and at `depth`; pitch 16, 32 or 64
// requires  SHARES: KEEPS_SHARES; the left factor then comes out of a lane's sums instead of out of the tile
// numerics  sums start at a 64th of the number of their row less that of their column
#define GROUP LANES
#define TILE (ROWS * 64)
#define MEMORY (2 * TILE)
#define SHARE_UNITS (UNIT_DEPTH / UNIT_COLUMNS)

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) UNIT_ATTRIBUTE
void multiply_fragment(
    __global const ushort *left, __global const ushort *right, __global float *sums, const uint pitch, const uint left_row,
    const uint right_column, const uint depth)
{
    __local ushort memory[MEMORY] __attribute__((aligned(1024)));
    UNIT_MEMORY
    const uint lane = get_local_id(0);
    for (uint i = lane; i < ROWS * pitch; i += GROUP) {
        memory[element_at(i / pitch, i % pitch, pitch)] = left[i];
        memory[TILE + element_at(i / pitch, i % pitch, pitch)] = right[i];
    }
    AWAIT_COPIES(0);
    barrier(CLK_LOCAL_MEM_FENCE);

    uint l[LEFT_WORDS], r[RIGHT_AT_ONCE * RIGHT_WORDS];
#if SHARES
    float shares[SHARE_UNITS][SUM_COUNT];
    for (uint j = 0; j < SHARE_UNITS; j++)
        for (uint e = 0; e < SUM_COUNT; e++)
            shares[j][e] = float_of(left[(left_row + SUM_ROW(e)) * pitch + depth + j * UNIT_COLUMNS + SUM_COLUMN(e)]);
    left_of_sums(l, shares, 0);
#else
    load_left(l, memory, lane, left_row, depth, pitch);
    SWAP_WORDS(l)
#endif
#if TRANSPOSED
    load_right_transposed(r, memory + TILE, lane, right_column, depth, pitch);
#else
    load_right(r, memory + TILE, lane, right_column, depth, pitch);
#endif
    for (uint n = 0; n < RIGHT_AT_ONCE; n++) {
        float s[SUM_COUNT];
        for (uint e = 0; e < SUM_COUNT; e++) s[e] = ((float)SUM_ROW(e) - (float)(n * UNIT_COLUMNS + SUM_COLUMN(e))) / 64.0f;
        BEGIN_SUMS(0);
#if TRANSPOSED
        UNIT_MULTIPLY_TRANSPOSED(s, l, r + n * RIGHT_WORDS);
#else
        UNIT_MULTIPLY(s, l, r + n * RIGHT_WORDS);
#endif
        END_SUMS();
        AWAIT_SUMS(s);
        for (uint e = 0; e < SUM_COUNT; e++)
            sums[SUM_ROW(e) * (RIGHT_AT_ONCE * UNIT_COLUMNS) + n * UNIT_COLUMNS + SUM_COLUMN(e)] = s[e];
    }
}
