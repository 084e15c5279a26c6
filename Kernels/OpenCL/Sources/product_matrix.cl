// product_matrix: the form for matrix units. As product_tile.cl, a work-group multiplies TILE_ROWS rows with one panel of
// weights, but in halves: STEP_SLABS tiles of SLAB channels of both factors at a time go through STAGES slots of local
// memory, and sub-groups multiply SUB_ROWS x SUB_COLUMNS of them with a matrix unit. Sums pass through local memory, a
// strip at a time, to where the epilogue and the output want them: four columns to an item.
// layout    weights [phases, panels, TAPS, slabs, PANEL, SLAB], filled with zeros beyond the last column and channel; the
//           rest as product.cl
// launch    as product_tile.cl with GROUP = LANES * (TILE_ROWS / SUB_ROWS) * (PANEL / SUB_COLUMNS)
// requires  STORAGE 1 or 2; SLAB = 32; SUB_ROWS, SUB_COLUMNS multiples of 16; GROUP divides TILE_ROWS * 4; WIDTH = 4
//           INPUT_CHUNKS where all rows begin at, and have, a multiple of eight channels; STEP_SLABS * SLAB divides channels,
//           unless STEP_SLABS is 1
//           local memory: STAGES * STEP_SLABS * (TILE_ROWS + PANEL) * SLAB halves, or
//           GROUP / LANES * UNIT_ROWS * (STRIP_COLUMNS + 8) floats
// numerics  as product.cl, but for the order within a slab, which is the unit's
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
#ifndef STEP_SLABS
#define STEP_SLABS 1 // (e.g. 2) more for each barrier, and addresses shared by more copies and loads
#endif
#ifndef STAGES
#define STAGES (ASYNC && STEP_SLABS == 1 ? 3 : 2)
#endif
#ifndef INPUT_CHUNKS
#define INPUT_CHUNKS 0
#endif
#ifndef WHOLE_SLABS
#define WHOLE_SLABS 0 // whether a multiple of SLAB channels comes in
#endif
#ifndef STAYS_INSIDE
#define STAYS_INSIDE 0
#endif
#define SLAB 32
#define SLAB_CHUNKS (SLAB / CHUNK)
#define SUBS_DOWN (TILE_ROWS / SUB_ROWS)
#define SUBS (SUBS_DOWN * (PANEL / SUB_COLUMNS))
#define GROUP (LANES * SUBS)
#define UNITS_DOWN (SUB_ROWS / UNIT_ROWS)
#define UNITS_ACROSS (SUB_COLUMNS / UNIT_COLUMNS)
#define STEP_CHANNELS (STEP_SLABS * SLAB)
#define LEFT_LOADS (TILE_ROWS * SLAB_CHUNKS / GROUP)
#define RIGHT_CHUNKS (PANEL * SLAB_CHUNKS)
#define RIGHT_LOADS ((RIGHT_CHUNKS + GROUP - 1) / GROUP)
#define TILES ((TILE_ROWS + PANEL) * SLAB) // of one slab
#define SLOT (STEP_SLABS * TILES)
#define STRIP_COLUMNS (SUB_COLUMNS < 64 ? SUB_COLUMNS : 64)
#define STRIP_PITCH (STRIP_COLUMNS + 8)
#define STRIP_HALVES (SUBS * UNIT_ROWS * STRIP_PITCH * 2)
#define MEMORY (STAGES * SLOT > STRIP_HALVES ? STAGES * SLOT : STRIP_HALVES)
#define STRIP_QUADS (STRIP_COLUMNS / 4)

// Up to eight channels of a row from element `e` of the arena, one by one; zeros beyond.
inline uint4 gathered_chunk(const __global REAL *arena, const ulong e, const uint count)
{
    uint words[4] = {0, 0, 0, 0};
    for (uint i = 0; i < CHUNK && i < count; i++) words[i / 2] |= (uint)arena[e + i] << 16 * (i % 2);
    return vload4(0, words);
}

// Rectifies once where chunks pass through registers, otherwise in every fragment.
#if RECTIFIES && !ASYNC
inline uint4 as_input(const uint4 chunk)
{
    return (uint4)(
        rectified_pair(chunk.x), rectified_pair(chunk.y), rectified_pair(chunk.z), rectified_pair(chunk.w));
}
#else
#define as_input(chunk) (chunk)
#endif
#if RECTIFIES && ASYNC
#define RECTIFY(f) \
    UNROLL for (uint word = 0; word < LEFT_WORDS; word++) (f)[word] = rectified_pair((f)[word]);
#else
#define RECTIFY(f)
#endif

// Finds where the rows of the next tap begin.
#define NEXT_TAP() \
    c = 0; \
    tap++; \
    if (tap < TAPS) { \
        UNROLL for (uint l = 0; l < LEFT_LOADS; l++) starts[l] = start_of(sources[l], tap, phase, g); \
    }

// Where a chunk of slab s of the present step goes, and whether there is one: otherwise its address means nothing.
#define CHUNK_EXISTS(l, s) \
    ((STAYS_INSIDE || starts[l] != OUTSIDE) && (WHOLE_SLABS || c + (s) * SLAB + item_chunk * CHUNK < channels))
#define LEFT_PLACE(l, tiles) ((tiles) + chunk_at(item / SLAB_CHUNKS + (l) * (GROUP / SLAB_CHUNKS), item_chunk, SLAB))
#define RIGHT_PLACE(l, tiles) (LEFT_PLACE(l, tiles) + TILE_ROWS * SLAB)
#define RIGHT_EXISTS(l) (RIGHT_CHUNKS % GROUP == 0 || item + (l) * GROUP < RIGHT_CHUNKS)
#if INPUT_CHUNKS
#define FETCH_LEFT(l, s, tiles) \
    FETCH_CHUNK(fetched_left[s][l], LEFT_PLACE(l, tiles), \
        arena + starts[l] + c + item_chunk * CHUNK + (s) * SLAB, CHUNK_EXISTS(l, s))
#define KEEP_LEFT(l, s, tiles) KEEP_CHUNK(as_input(fetched_left[s][l]), LEFT_PLACE(l, tiles))
#else
#define FETCH_LEFT(l, s, tiles) \
    *(__local uint4 *)LEFT_PLACE(l, tiles) = CHUNK_EXISTS(l, s) \
        ? as_input(gathered_chunk( \
            arena, starts[l] + c + item_chunk * CHUNK + (s) * SLAB, channels - c - item_chunk * CHUNK - (s) * SLAB)) \
        : (uint4)(0);
#define KEEP_LEFT(l, s, tiles)
#endif

// Starts to bring the slabs of the next step into a slot.
#define FETCH(slot) \
    UNROLL for (uint s = 0; s < STEP_SLABS; s++) { \
        UNROLL for (uint l = 0; l < LEFT_LOADS; l++) { FETCH_LEFT(l, s, (slot) + s * TILES) } \
        UNROLL for (uint l = 0; l < RIGHT_LOADS; l++) \
            if (RIGHT_EXISTS(l)) { \
                FETCH_CHUNK(fetched_right[s][l], RIGHT_PLACE(l, (slot) + s * TILES), \
                    w + s * (PANEL * SLAB) + l * (GROUP * CHUNK), true) \
            } \
    } \
    w += PANEL * STEP_CHANNELS; \
    c += STEP_CHANNELS;

#define KEEP(slot) \
    UNROLL for (uint s = 0; s < STEP_SLABS; s++) { \
        UNROLL for (uint l = 0; l < LEFT_LOADS; l++) { KEEP_LEFT(l, s, (slot) + s * TILES) } \
        UNROLL for (uint l = 0; l < RIGHT_LOADS; l++) \
            if (RIGHT_EXISTS(l)) { \
                KEEP_CHUNK(fetched_right[s][l], RIGHT_PLACE(l, (slot) + s * TILES)) \
            } \
    }

#define MULTIPLY(slot) \
    UNROLL for (uint k = 0; k < STEP_CHANNELS; k += UNIT_DEPTH) { \
        const __local ushort *tiles = (slot) + k / SLAB * TILES; \
        uint left[UNITS_DOWN][LEFT_WORDS], right[UNITS_ACROSS * RIGHT_WORDS]; \
        UNROLL for (uint i = 0; i < UNITS_DOWN; i++) { \
            load_left(left[i], tiles, lane, down + i * UNIT_ROWS, k % SLAB, SLAB); \
            SWAP_WORDS(left[i]) \
            RECTIFY(left[i]) \
        } \
        UNROLL for (uint j = 0; j < UNITS_ACROSS; j += RIGHT_AT_ONCE) \
            load_right( \
                right + j * RIGHT_WORDS, tiles + TILE_ROWS * SLAB, lane, across + j * UNIT_COLUMNS, k % SLAB, SLAB); \
        BEGIN_SUMS(k); \
        UNROLL for (uint i = 0; i < UNITS_DOWN; i++) \
            UNROLL for (uint j = 0; j < UNITS_ACROSS; j++) \
                UNIT_MULTIPLY(sums[i][j], left[i], right + j * RIGHT_WORDS); \
    } \
    END_SUMS();

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) UNIT_ATTRIBUTE
void KERNEL(PRODUCT_ARGUMENTS)
{
    __local ushort memory[MEMORY] __attribute__((aligned(1024)));
    UNIT_MEMORY
    FIND_ROWS(TILE_ROWS)
    const geometry g = GEOMETRY;
    const uint item = get_local_id(0), lane = item % LANES, sub = item / LANES, item_chunk = item % SLAB_CHUNKS;
    const uint down = sub % SUBS_DOWN * SUB_ROWS, across = sub / SUBS_DOWN * SUB_COLUMNS;
    const uint panel = get_group_id(1), phase = get_group_id(2);
    const uint steps = TAPS * ((channels + STEP_CHANNELS - 1) / STEP_CHANNELS);
    const __global REAL *w =
        weights + weight_start + ((ulong)phase * get_num_groups(1) + panel) * steps * (PANEL * STEP_CHANNELS) + item * CHUNK;

    source sources[LEFT_LOADS];
    ulong starts[LEFT_LOADS];
    uint4 fetched_left[STEP_SLABS][LEFT_LOADS], fetched_right[STEP_SLABS][RIGHT_LOADS]; // unused where copies run by themselves
    float sums[UNITS_DOWN][UNITS_ACROSS][SUM_COUNT];
    UNROLL
    for (uint l = 0; l < LEFT_LOADS; l++) { // rows beyond the last repeat it and are not stored
        sources[l] = locate(min(first + (item + l * GROUP) / SLAB_CHUNKS, rows - 1), x, g, table + table_start);
        starts[l] = start_of(sources[l], 0, phase, g);
    }
    UNROLL
    for (uint i = 0; i < UNITS_DOWN; i++)
        UNROLL
        for (uint j = 0; j < UNITS_ACROSS; j++)
            UNROLL
            for (uint e = 0; e < SUM_COUNT; e++) sums[i][j][e] = 0.0f;

    // tap and c: what is fetched next, STAGES - 1 steps ahead of what is multiplied.
    uint tap = 0, c = 0;
    for (uint ahead = 0; ahead < STAGES - 1; ahead++) {
        if (tap < TAPS) {
            FETCH(memory + ahead * SLOT)
            KEEP(memory + ahead * SLOT)
            if (c >= channels) {
                NEXT_TAP()
            }
        }
        COMMIT_COPIES();
    }
    uint present = 0, next = (STAGES - 1) * SLOT, step = 0; // where slots begin
    while (step < steps) {
        // As long as the tap that is fetched stays the same; at the end, when there is none, until all is multiplied.
        const bool fetches = tap < TAPS;
        const uint end = fetches ? step + (channels - c + STEP_CHANNELS - 1) / STEP_CHANNELS : steps;
        for (; step < end; step++) {
            AWAIT_COPIES(STAGES - 2);
            MAIN_BARRIER(); // this step's tiles are there, and those of the step before have been read
#if MULTIPLIES_ALONE
            MULTIPLY(memory + present)
#endif
            if (fetches) {
                FETCH(memory + next)
            }
            COMMIT_COPIES();
#if MULTIPLIES_ALONE
            UNROLL for (uint i = 0; i < UNITS_DOWN; i++)
                UNROLL for (uint j = 0; j < UNITS_ACROSS; j++) AWAIT_SUMS(sums[i][j]);
#else
            MULTIPLY(memory + present)
#endif
            if (fetches) {
                KEEP(memory + next)
            }
#if ASYNC
            next = present;
#else // the same, which compilers for AMD make more of in these words
            next = next + SLOT == STAGES * SLOT ? 0 : next + SLOT;
#endif
            present = present + SLOT == STAGES * SLOT ? 0 : present + SLOT;
        }
        NEXT_TAP()
    }
    AWAIT_COPIES(0);

    const operands o = OPERANDS;
    __local float *strip = (__local float *)memory + sub * UNIT_ROWS * STRIP_PITCH;
    UNROLL
    for (uint i = 0; i < UNITS_DOWN; i++)
        UNROLL
        for (uint beside = 0; beside < SUB_COLUMNS; beside += STRIP_COLUMNS) {
            barrier(CLK_LOCAL_MEM_FENCE); // tiles, then the strip before, have been read
            UNROLL
            for (uint j = 0; j < UNITS_ACROSS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) {
                    const uint at = j * UNIT_COLUMNS + SUM_COLUMN(e);
                    if (at / STRIP_COLUMNS == beside / STRIP_COLUMNS)
                        strip[SUM_ROW(e) * STRIP_PITCH + at - beside] = sums[i][j][e];
                }
            barrier(CLK_LOCAL_MEM_FENCE);
            #pragma unroll 1
            for (uint q = lane; q < UNIT_ROWS * STRIP_QUADS; q += LANES) {
                const uint row = q / STRIP_QUADS, m = first + down + i * UNIT_ROWS + row;
                const uint column = panel * PANEL + across + beside + q % STRIP_QUADS * 4;
                if (m >= rows || column >= columns) continue;
                const float4 quad = *(const __local float4 *)(strip + row * STRIP_PITCH + q % STRIP_QUADS * 4);
                const float4 sum = ADJUST(quad, m, phase, column, g, o);
                store_columns(finished(sum, o, column), o, place(m, phase, g), column, columns);
            }
        }
}
