// product_tile: the form for GPUs. A work-group multiplies TILE_ROWS rows with one panel of weights; tiles of both
// factors pass through local memory, each item keeps ITEM_ROWS x ITEM_COLUMNS sums in registers and fetches the next
// tiles from global memory while it multiplies the present ones. The steps are fetch, stage, multiply, finish; a form
// for matrix units replaces stage and multiply.
// launch    global = (rows / TILE_ROWS rounded up * GROUP, panels, phases), local = (GROUP, 1, 1)
// requires  PANEL = columns of a tile; TILE_ROWS, PANEL multiples of ITEM_ROWS, ITEM_COLUMNS, those of 4;
//           GROUP = (TILE_ROWS / ITEM_ROWS) * (PANEL / ITEM_COLUMNS) divides TILE_ROWS * TILE_DEPTH / 4 and
//           TILE_DEPTH * PANEL / 4; TILE_DEPTH a multiple of 4; WIDTH = 4
//           local memory: TILE_DEPTH * (TILE_ROWS + 4 + PANEL) floats
// numerics  as product.cl; channels beyond the last add zeros
#ifndef TILE_ROWS
#define TILE_ROWS 128 // (e.g. 32, 64)
#endif
#ifndef PANEL
#define PANEL 128 // (e.g. 32, 64)
#endif
#ifndef TILE_DEPTH
#define TILE_DEPTH 16 // channels of a tile (e.g. 8, 32)
#endif
#ifndef ITEM_ROWS
#define ITEM_ROWS 8 // (e.g. 4)
#endif
#ifndef ITEM_COLUMNS
#define ITEM_COLUMNS 8 // (e.g. 4)
#endif
#define ITEMS_ACROSS (PANEL / ITEM_COLUMNS)
#define ITEMS_DOWN (TILE_ROWS / ITEM_ROWS)
#define GROUP (ITEMS_ACROSS * ITEMS_DOWN)
#define ROW_QUADS (ITEM_ROWS / 4)
#define COLUMN_QUADS (ITEM_COLUMNS / 4)
#define DEPTH_QUADS (TILE_DEPTH / 4)
#define LEFT_LOADS (TILE_ROWS * DEPTH_QUADS / GROUP)
#define RIGHT_LOADS (TILE_DEPTH * PANEL / 4 / GROUP)
#define LEFT_PITCH (TILE_ROWS + 4) // keeps the transposing stores off one another's banks

// Four channels of a row from channel c on, zeros beyond the last channel and outside the map.
inline float4 load_quad(const __global REAL *arena, const ulong start, const uint c, const uint channels)
{
    float4 v = (float4)(0.0f);
    if (start != OUTSIDE && c < channels) {
#if WHOLE_INPUT
        v = load_aligned(arena + start + c);
#else
        v.x = LOAD(arena, start + c);
        if (c + 1 < channels) v.y = LOAD(arena, start + c + 1);
        if (c + 2 < channels) v.z = LOAD(arena, start + c + 2);
        if (c + 3 < channels) v.w = LOAD(arena, start + c + 3);
#endif
    }
#if RECTIFIES
    v = rectified(v);
#endif
    return v;
}

// Global memory to registers: the tiles of channels c ... c + TILE_DEPTH of one tap.
#define FETCH(tap, c) \
    _Pragma("unroll") for (uint l = 0; l < LEFT_LOADS; l++) \
        fetched_left[l] = load_quad( \
            arena, start_of(sources[l], tap, phase, g), (c) + (item + l * GROUP) % DEPTH_QUADS * 4, channels); \
    _Pragma("unroll") for (uint l = 0; l < RIGHT_LOADS; l++) { \
        const uint q = item + l * GROUP, k = (c) + q / (PANEL / 4); \
        fetched_right[l] = k < channels \
            ? load_aligned(w + ((ulong)(tap) * channels + k) * PANEL + q % (PANEL / 4) * 4) : (float4)(0.0f); \
    }

// Registers to local memory: left [TILE_DEPTH, LEFT_PITCH], right [TILE_DEPTH, PANEL].
#define STAGE() \
    _Pragma("unroll") for (uint l = 0; l < LEFT_LOADS; l++) { \
        const uint q = item + l * GROUP, k = q % DEPTH_QUADS * 4, row = q / DEPTH_QUADS; \
        left[(k + 0) * LEFT_PITCH + row] = fetched_left[l].x; \
        left[(k + 1) * LEFT_PITCH + row] = fetched_left[l].y; \
        left[(k + 2) * LEFT_PITCH + row] = fetched_left[l].z; \
        left[(k + 3) * LEFT_PITCH + row] = fetched_left[l].w; \
    } \
    _Pragma("unroll") for (uint l = 0; l < RIGHT_LOADS; l++) \
        vstore4(fetched_right[l], item + l * GROUP, right);

// Quads of an item's rows and columns lie one item's quad apart in groups, so that neighbours read neighbouring banks.
#define ROW_OF(i) ((i) / 4 * (ITEMS_DOWN * 4) + down * 4 + (i) % 4)
#define COLUMN_OF(j) ((j) * (ITEMS_ACROSS * 4) + across * 4)

#define MULTIPLY() \
    for (uint k = 0; k < TILE_DEPTH; k++) { \
        float a[ITEM_ROWS]; \
        float4 b[COLUMN_QUADS]; \
        _Pragma("unroll") for (uint i = 0; i < ROW_QUADS; i++) \
            vstore4(vload4(0, left + k * LEFT_PITCH + ROW_OF(4 * i)), i, a); \
        _Pragma("unroll") for (uint j = 0; j < COLUMN_QUADS; j++) b[j] = vload4(0, right + k * PANEL + COLUMN_OF(j)); \
        _Pragma("unroll") for (uint i = 0; i < ITEM_ROWS; i++) \
            _Pragma("unroll") for (uint j = 0; j < COLUMN_QUADS; j++) \
                sums[i][j] = MULTIPLY_ADD((float4)(a[i]), b[j], sums[i][j]); \
    }

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void KERNEL(PRODUCT_ARGUMENTS)
{
    __local float left[TILE_DEPTH * LEFT_PITCH] __attribute__((aligned(16)));
    __local float right[TILE_DEPTH * PANEL] __attribute__((aligned(16)));
    FIND_ROWS(TILE_ROWS)
    const geometry g = GEOMETRY;
    const uint item = get_local_id(0), down = item / ITEMS_ACROSS, across = item % ITEMS_ACROSS;
    const uint panel = get_group_id(1), phase = get_group_id(2);
    const __global REAL *w =
        weights + weight_start + ((ulong)phase * get_num_groups(1) + panel) * TAPS * channels * PANEL;

    source sources[LEFT_LOADS];
    float4 fetched_left[LEFT_LOADS], fetched_right[RIGHT_LOADS];
    float4 sums[ITEM_ROWS][COLUMN_QUADS];
    #pragma unroll
    for (uint l = 0; l < LEFT_LOADS; l++) // rows beyond the last repeat it and are not stored
        sources[l] = locate(min(first + (item + l * GROUP) / DEPTH_QUADS, rows - 1), x, g, table + table_start);
    #pragma unroll
    for (uint i = 0; i < ITEM_ROWS; i++)
        #pragma unroll
        for (uint j = 0; j < COLUMN_QUADS; j++) sums[i][j] = (float4)(0.0f);

    FETCH(0, 0)
    uint tap = 0, c = 0;
    while (tap < TAPS) {
        STAGE()
        barrier(CLK_LOCAL_MEM_FENCE);
        c += TILE_DEPTH;
        if (c >= channels) {
            c = 0;
            tap++;
        }
        if (tap < TAPS) {
            FETCH(tap, c)
        }
        MULTIPLY()
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    const operands o = OPERANDS;
    #pragma unroll
    for (uint i = 0; i < ITEM_ROWS; i++) {
        const uint m = first + ROW_OF(i);
        if (m >= rows) continue;
        const ulong start = place(m, phase, g);
        #pragma unroll
        for (uint j = 0; j < COLUMN_QUADS; j++) {
            const uint column = panel * PANEL + COLUMN_OF(j);
            const float4 sum = ADJUST(sums[i][j], m, phase, column, g, o);
            if (column < columns) store_columns(finished(sum, o, column), o, start, column, columns);
        }
    }
}
