// product_vector: the form for processors. One item multiplies ITEM_ROWS rows with one panel of weights, alone: sums in
// vector registers, rows copied a slab at a time into memory of its own, so that conversion, padding and rectifying
// happen once for each element; no barriers, no local memory.
// launch    global = (rows / ITEM_ROWS rounded up, panels, phases), local = (1, 1, 1)
// requires  WIDTH divides PANEL; (ITEM_ROWS + 1) * PANEL / WIDTH vectors should fit the registers
// numerics  as product.cl
#ifndef ITEM_ROWS
#define ITEM_ROWS 6 // rows of an item (e.g. 4, 8)
#endif
#ifndef PANEL
#define PANEL 64 // columns of an item and of a panel of weights (e.g. 16, 32)
#endif
#ifndef SLAB
#define SLAB 64 // channels copied at a time
#endif
#define VECTORS (PANEL / WIDTH)

// Copies `count` channels of a row from element `start` of the arena, or zeros.
inline void load_row(__private float *slab, const __global REAL *arena, const ulong start, const uint count)
{
    if (start == OUTSIDE) {
        for (uint c = 0; c < SLAB; c++) slab[c] = 0.0f;
        return;
    }
    uint c = 0;
    for (; c + WIDTH <= count; c += WIDTH) {
        FLOATV v = LOADV(arena, start + c);
#if RECTIFIES
        v = rectified(v);
#endif
        VSTORE(v, 0, slab + c);
    }
    for (; c < count; c++) {
        const float v = LOAD(arena, start + c);
        slab[c] = RECTIFIES && v < 0.0f ? 0.0f : v;
    }
}

// sums += slab [ITEM_ROWS, count] w [count, PANEL]
#define MULTIPLY(count) \
    for (uint k = 0; k < (count); k++) { \
        FLOATV right[VECTORS]; \
        _Pragma("unroll") for (uint j = 0; j < VECTORS; j++) right[j] = LOADV(w, k * PANEL + j * WIDTH); \
        _Pragma("unroll") for (uint i = 0; i < ITEM_ROWS; i++) { \
            const FLOATV left = (FLOATV)(slab[i * SLAB + k]); \
            _Pragma("unroll") for (uint j = 0; j < VECTORS; j++) sums[i][j] = MULTIPLY_ADD(left, right[j], sums[i][j]); \
        } \
    }

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void KERNEL(PRODUCT_ARGUMENTS)
{
    FIND_ROWS(ITEM_ROWS)
    const geometry g = GEOMETRY;
    const uint panel = get_group_id(1), phase = get_group_id(2);
    const __global REAL *w =
        weights + weight_start + ((ulong)phase * get_num_groups(1) + panel) * TAPS * channels * PANEL;

    source sources[ITEM_ROWS];
    FLOATV sums[ITEM_ROWS][VECTORS];
    float slab[ITEM_ROWS * SLAB];
    #pragma unroll
    for (uint i = 0; i < ITEM_ROWS; i++) {
        sources[i] = locate(min(first + i, rows - 1), x, g, table + table_start);
        #pragma unroll
        for (uint j = 0; j < VECTORS; j++) sums[i][j] = (FLOATV)(0.0f);
    }

    for (uint tap = 0; tap < TAPS; tap++) {
        for (uint c = 0; c < channels; c += SLAB) {
            const uint count = min((uint)SLAB, channels - c);
            for (uint i = 0; i < ITEM_ROWS; i++) {
                const ulong start = start_of(sources[i], tap, phase, g);
                load_row(slab + i * SLAB, arena, start == OUTSIDE ? OUTSIDE : start + c, count);
            }
            if (count == SLAB) {
                MULTIPLY(SLAB)
            } else {
                MULTIPLY(count)
            }
            w += (ulong)count * PANEL;
        }
    }

    // The sums leave the registers first: a branch for each vector of an unrolled epilogue would keep PoCL 7's compiler,
    // which follows every path through a kernel, busy for ever.
    float rows_of_sums[ITEM_ROWS * PANEL];
    #pragma unroll
    for (uint i = 0; i < ITEM_ROWS; i++) {
        #pragma unroll
        for (uint j = 0; j < VECTORS; j++) VSTORE(sums[i][j], 0, rows_of_sums + i * PANEL + j * WIDTH);
    }

    const operands o = OPERANDS;
    const uint end = min((panel + 1) * PANEL, columns);
    for (uint m = first; m < min(first + ITEM_ROWS, rows); m++) {
        const ulong start = place(m, phase, g);
        for (uint column = panel * PANEL; column < end; column += WIDTH) {
            const FLOATV stored = VLOAD(0, rows_of_sums + (m - first) * PANEL + column - panel * PANEL);
            const FLOATV sum = ADJUST(stored, m, phase, column, g, o);
            store_columns(finished(sum, o, column), o, start, column, columns);
        }
    }
}
