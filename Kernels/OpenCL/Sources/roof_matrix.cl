// roof_matrix: a matrix unit's multiplications with nothing between them, for the roof of a roofline; behind the files of a
// unit (matrix_tile.cl)
// layout    totals: a float for each item, all of its sums together; local memory has TILE_ROWS, then PANEL rows of SLAB halves
// launch    any number of work-groups of GROUP items; each multiplies TILE_ROWS x PANEL sums with a depth of UNIT_DEPTH,
//           `rounds` times
// requires  STORAGE 1 or 2; TILE_ROWS, PANEL, SUB_ROWS, SUB_COLUMNS as product_matrix.cl
// numerics  all factors are 2^-7: each round adds UNIT_DEPTH 2^-14 to every sum, so that none overflows
#ifndef TILE_ROWS
#define TILE_ROWS 128 // (e.g. 64)
#endif
#ifndef PANEL
#define PANEL 128 // (e.g. 32, 64)
#endif
#ifndef SUB_ROWS
#define SUB_ROWS 64 // (e.g. 32)
#endif
#ifndef SUB_COLUMNS
#define SUB_COLUMNS 64 // (e.g. 32)
#endif
#define SLAB 32
#define SUBS_DOWN (TILE_ROWS / SUB_ROWS)
#define GROUP (LANES * SUBS_DOWN * (PANEL / SUB_COLUMNS))
#define UNITS_DOWN (SUB_ROWS / UNIT_ROWS)
#define UNITS_ACROSS (SUB_COLUMNS / UNIT_COLUMNS)
#define MEMORY ((TILE_ROWS + PANEL) * SLAB)

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) UNIT_ATTRIBUTE
void multiply_units(__global float *totals, const uint rounds)
{
    __local ushort memory[MEMORY] __attribute__((aligned(1024)));
    UNIT_MEMORY
    const uint item = get_local_id(0), lane = item % LANES, sub = item / LANES;
    const uint down = sub % SUBS_DOWN * SUB_ROWS, across = sub / SUBS_DOWN * SUB_COLUMNS;
    for (uint e = item; e < MEMORY; e += GROUP) memory[e] = STORAGE == 1 ? 0x2000 : 0x3c00; // 2^-7
    AWAIT_COPIES(0); // a unit that reads local memory by itself sees from here on what was written
    barrier(CLK_LOCAL_MEM_FENCE);

    uint left[UNITS_DOWN][LEFT_WORDS], right[UNITS_ACROSS * RIGHT_WORDS];
    float sums[UNITS_DOWN][UNITS_ACROSS][SUM_COUNT];
    UNROLL for (uint i = 0; i < UNITS_DOWN; i++) load_left(left[i], memory, lane, down + i * UNIT_ROWS, 0, SLAB);
    UNROLL for (uint j = 0; j < UNITS_ACROSS; j += RIGHT_AT_ONCE)
        load_right(right + j * RIGHT_WORDS, memory + TILE_ROWS * SLAB, lane, across + j * UNIT_COLUMNS, 0, SLAB);
    UNROLL for (uint i = 0; i < UNITS_DOWN; i++)
        UNROLL for (uint j = 0; j < UNITS_ACROSS; j++)
            UNROLL for (uint e = 0; e < SUM_COUNT; e++) sums[i][j][e] = 0.0f;

    for (uint round = 0; round < rounds; round++) {
        BEGIN_SUMS(0);
        UNROLL for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL for (uint j = 0; j < UNITS_ACROSS; j++)
                UNIT_MULTIPLY(sums[i][j], left[i], right + j * RIGHT_WORDS);
        END_SUMS();
    }
    UNROLL for (uint i = 0; i < UNITS_DOWN; i++)
        UNROLL for (uint j = 0; j < UNITS_ACROSS; j++) AWAIT_SUMS(sums[i][j]);

    float total = 0.0f;
    UNROLL for (uint i = 0; i < UNITS_DOWN; i++)
        UNROLL for (uint j = 0; j < UNITS_ACROSS; j++)
            UNROLL for (uint e = 0; e < SUM_COUNT; e++) total += sums[i][j][e];
    totals[get_global_id(0)] = total;
}
