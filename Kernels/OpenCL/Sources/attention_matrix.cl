// attention_matrix: attention on matrix units, after FlashAttention-2 (Dao, arXiv 2307.08691).
// layout    as attention_tile.cl
// launch    global = (tokens / QUERIES rounded up * GROUP, heads, crops), local = (GROUP, 1, 1). A sub-group keeps SUB_QUERIES
//           queries and their sums in registers; keys and values go through two slots of local memory, KEYS at a time, the
//           next on their way while the present ones are multiplied.
// requires  HALF_STORAGE; HEAD_WIDTH 16, 32 or 64; all rows begin at a multiple of eight elements; WIDTH = 4
//           local memory: 4 * KEYS * HEAD_WIDTH halves, and QUERIES * KEYS where the unit does not KEEPS_SHARES
// numerics  scores and sums in float; a key's share is rounded to half before it multiplies the values, not in the sum of
//           shares. Otherwise as attention_tile.cl, but for the order within 16 elements, which is the unit's
#ifndef HEAD_WIDTH
#define HEAD_WIDTH 64
#endif
#ifndef QUERIES
#define QUERIES 64 // of a work-group (e.g. 32)
#endif
#ifndef KEYS
#define KEYS 64 // (e.g. 32)
#endif
#define SUB_QUERIES (UNIT_ROWS > 16 ? UNIT_ROWS : 16)
#define SUBS (QUERIES / SUB_QUERIES)
#define GROUP (LANES * SUBS)
#define UNITS_DOWN (SUB_QUERIES / UNIT_ROWS)
#define KEY_UNITS (KEYS / UNIT_COLUMNS)
#define HEAD_UNITS (HEAD_WIDTH / UNIT_COLUMNS)
#define HEAD_STEPS (HEAD_WIDTH / UNIT_DEPTH)
#define KEY_STEPS (KEYS / UNIT_DEPTH)
#define HEAD_CHUNKS (HEAD_WIDTH / CHUNK)
#define TILE (KEYS * HEAD_WIDTH)
#define SLOT (2 * TILE) // keys, then values
#define LOADS ((KEYS * HEAD_CHUNKS + GROUP - 1) / GROUP)
#define STRIP_PITCH (HEAD_WIDTH + 8)
#define STRIP_HALVES (QUERIES * STRIP_PITCH * 2)
#define SHARES (KEEPS_SHARES ? 0 : QUERIES * KEYS)
#define TILES (2 * SLOT + SHARES)
#define MEMORY (TILES > STRIP_HALVES ? TILES : STRIP_HALVES)
#define LOG2_E 1.44269504f

#if KEEPS_SHARES // such units also turn a tile as they load it; for others values are turned on their way into it
#define KEEP_VALUES(chunk, tile, row, at) KEEP_CHUNK(chunk, (tile) + chunk_at(row, at, HEAD_WIDTH))
#else
#define KEEP_VALUES(chunk, tile, row, at) keep_turned(chunk, tile, row, at);
#define load_right_transposed(f, tile, lane, column, k, pitch) load_right(f, tile, lane, column, k, KEYS)

// Puts eight elements of a key's value into a tile [HEAD_WIDTH, KEYS].
inline void keep_turned(const uint4 chunk, __local ushort *tile, const uint key, const uint at)
{
    uint words[4];
    vstore4(chunk, 0, words);
    UNROLL
    for (uint i = 0; i < CHUNK; i++)
        tile[element_at(at * CHUNK + i, key, KEYS)] = (ushort)(words[i / 2] >> 16 * (i % 2));
}
#endif

#define LOAD_EXISTS(l) (KEYS * HEAD_CHUNKS % GROUP == 0 || item + (l) * GROUP < KEYS * HEAD_CHUNKS)
#define LOAD_ROW(l) ((item + (l) * GROUP) / HEAD_CHUNKS)
#define LOAD_CHUNK(l) ((item + (l) * GROUP) % HEAD_CHUNKS)

// Starts to bring the keys and values of the tokens from `key` on into a slot; zeros for those that do not exist.
#define FETCH(slot, key) \
    UNROLL for (uint l = 0; l < LOADS; l++) \
        if (LOAD_EXISTS(l)) { \
            const bool exists = (key) + LOAD_ROW(l) < tokens; \
            const __global REAL *row = \
                arena + q + width + (exists ? (ulong)((key) + LOAD_ROW(l)) * 3 * width : 0) + LOAD_CHUNK(l) * CHUNK; \
            FETCH_CHUNK(keys[l], (slot) + chunk_at(LOAD_ROW(l), LOAD_CHUNK(l), HEAD_WIDTH), row, exists) \
            FETCH_CHUNK(values[l], (slot) + TILE + chunk_at(LOAD_ROW(l), LOAD_CHUNK(l), HEAD_WIDTH), row + width, exists) \
        }
#define KEEP(slot) \
    UNROLL for (uint l = 0; l < LOADS; l++) \
        if (LOAD_EXISTS(l)) { \
            KEEP_CHUNK(keys[l], (slot) + chunk_at(LOAD_ROW(l), LOAD_CHUNK(l), HEAD_WIDTH)) \
            KEEP_VALUES(values[l], (slot) + TILE, LOAD_ROW(l), LOAD_CHUNK(l)) \
        }

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) UNIT_ATTRIBUTE
void attention(ATTENTION_ARGUMENTS)
{
    __local ushort memory[MEMORY] __attribute__((aligned(1024)));
    UNIT_MEMORY
    const uint item = get_local_id(0), lane = item % LANES, sub = item / LANES, down = sub * SUB_QUERIES;
    const uint first = get_group_id(0) * QUERIES, head = get_group_id(1);
    FIND_CROP
    const uint width = heads * HEAD_WIDTH;
    const ulong q = X + (ulong)crop * tokens * 3 * width + head * HEAD_WIDTH;
    const float unit_factor = factor * LOG2_E; // scores in units of ln 2, so that powers of two serve
    uint4 keys[LOADS], values[LOADS]; // unused where copies run by themselves

    // Queries go to their registers through the second slot.
    uint queries[UNITS_DOWN][HEAD_STEPS][LEFT_WORDS];
    for (uint i = item; i < QUERIES * HEAD_CHUNKS; i += GROUP) {
        const uint row = i / HEAD_CHUNKS, chunk = i % HEAD_CHUNKS;
        const __global REAL *from = arena + q + (ulong)(first + row) * 3 * width + chunk * CHUNK;
        *(__local uint4 *)(memory + SLOT + chunk_at(row, chunk, HEAD_WIDTH)) =
            first + row < tokens ? *(const __global uint4 *)from : (uint4)(0);
    }
    FETCH(memory, 0)
    KEEP(memory)
    COMMIT_COPIES();
    barrier(CLK_LOCAL_MEM_FENCE);
    UNROLL
    for (uint i = 0; i < UNITS_DOWN; i++)
        UNROLL
        for (uint d = 0; d < HEAD_STEPS; d++) {
            load_left(queries[i][d], memory + SLOT, lane, down + i * UNIT_ROWS, d * UNIT_DEPTH, HEAD_WIDTH);
            SWAP_WORDS(queries[i][d])
        }

    float sums[UNITS_DOWN][HEAD_UNITS][SUM_COUNT];
    float greatest[UNITS_DOWN][ROW_SLOTS], weights[UNITS_DOWN][ROW_SLOTS]; // weights: the lane's share of them
    UNROLL
    for (uint i = 0; i < UNITS_DOWN; i++) {
        UNROLL
        for (uint r = 0; r < ROW_SLOTS; r++) {
            greatest[i][r] = -INFINITY;
            weights[i][r] = 0.0f;
        }
        UNROLL
        for (uint j = 0; j < HEAD_UNITS; j++)
            UNROLL
            for (uint e = 0; e < SUM_COUNT; e++) sums[i][j][e] = 0.0f;
    }

    // The last block alone has keys to leave out and none to fetch, and a loop of its own.
    uint present = 0, key = 0;
    UNROLL
    for (uint last = 0; last < 2; last++) for (; key + (last ? 0 : KEYS) < tokens; key += KEYS) {
        __local ushort *slot = memory + present * SLOT, *next = memory + (1 - present) * SLOT;
        AWAIT_COPIES(0);
        MAIN_BARRIER(); // this slot is there, and the other one has been read
        if (!last) {
            FETCH(next, key + KEYS)
        }
        COMMIT_COPIES();

        float scores[UNITS_DOWN][KEY_UNITS][SUM_COUNT];
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) scores[i][j][e] = 0.0f;
        BEGIN_SUMS(0);
        UNROLL
        for (uint d = 0; d < HEAD_STEPS; d++)
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j += RIGHT_AT_ONCE) {
                uint right[RIGHT_AT_ONCE][RIGHT_WORDS];
                load_right(right[0], slot, lane, j * UNIT_COLUMNS, d * UNIT_DEPTH, HEAD_WIDTH);
                UNROLL
                for (uint n = 0; n < RIGHT_AT_ONCE; n++)
                    UNROLL
                    for (uint i = 0; i < UNITS_DOWN; i++) UNIT_MULTIPLY(scores[i][j + n], queries[i][d], right[n]);
            }
        END_SUMS();
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j++) AWAIT_SUMS(scores[i][j]);
        if (last) { // keys beyond the last weigh nothing
            UNROLL
            for (uint i = 0; i < UNITS_DOWN; i++)
                UNROLL
                for (uint j = 0; j < KEY_UNITS; j++)
                    UNROLL
                    for (uint e = 0; e < SUM_COUNT; e++)
                        if (key + j * UNIT_COLUMNS + SUM_COLUMN(e) >= tokens) scores[i][j][e] = -INFINITY;
        }

        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++) {
            float most[ROW_SLOTS], rescale[ROW_SLOTS];
            UNROLL
            for (uint r = 0; r < ROW_SLOTS; r++) most[r] = greatest[i][r];
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) most[ROW_SLOT(e)] = fmax(most[ROW_SLOT(e)], scores[i][j][e]);
            UNROLL
            for (uint r = 0; r < ROW_SLOTS; r++) {
                UNROLL
                for (uint mask = 1; mask < ROW_LANES; mask *= 2) {
                    const float other = ROW_EXCHANGE(most[r], mask);
                    most[r] = fmax(most[r], other);
                }
                rescale[r] = POWER_OF_TWO((greatest[i][r] - most[r]) * unit_factor);
                greatest[i][r] = most[r];
                weights[i][r] *= rescale[r];
                most[r] *= unit_factor;
            }
            UNROLL
            for (uint j = 0; j < HEAD_UNITS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) sums[i][j][e] *= rescale[ROW_SLOT(e)];
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) {
                    scores[i][j][e] = POWER_OF_TWO(MULTIPLY_ADD(scores[i][j][e], unit_factor, -most[ROW_SLOT(e)]));
                    weights[i][ROW_SLOT(e)] += scores[i][j][e];
                }
        }

#if !KEEPS_SHARES
        __local ushort *shares = memory + 2 * SLOT + sub * (SUB_QUERIES * KEYS);
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) {
                    const uint at = element_at(i * UNIT_ROWS + SUM_ROW(e), j * UNIT_COLUMNS + SUM_COLUMN(e), KEYS);
                    vstore_half_rte(scores[i][j][e], at, (__local half *)shares);
                }
        barrier(CLK_LOCAL_MEM_FENCE);
#endif
        UNROLL
        for (uint k = 0; k < KEY_STEPS; k++) {
            uint left[UNITS_DOWN][LEFT_WORDS];
            UNROLL
            for (uint i = 0; i < UNITS_DOWN; i++) {
#if KEEPS_SHARES
                left_of_sums(left[i], scores[i][0] + k * (UNIT_DEPTH * SUM_COUNT / UNIT_COLUMNS));
#else
                load_left(left[i], shares, lane, i * UNIT_ROWS, k * UNIT_DEPTH, KEYS);
#endif
            }
            BEGIN_SUMS(k);
            UNROLL
            for (uint j = 0; j < HEAD_UNITS; j += RIGHT_AT_ONCE) {
                uint right[RIGHT_AT_ONCE][RIGHT_WORDS];
                load_right_transposed(
                    right[0], slot + TILE, lane, j * UNIT_COLUMNS, k * UNIT_DEPTH, HEAD_WIDTH);
                UNROLL
                for (uint n = 0; n < RIGHT_AT_ONCE; n++)
                    UNROLL
                    for (uint i = 0; i < UNITS_DOWN; i++) UNIT_MULTIPLY_TRANSPOSED(sums[i][j + n], left[i], right[n]);
            }
        }
        END_SUMS();
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL
            for (uint j = 0; j < HEAD_UNITS; j++) AWAIT_SUMS(sums[i][j]);
        if (!last) {
            KEEP(next)
        }
        present = 1 - present;
    }

    // Sums to rows of floats, then out, four elements to an item.
    barrier(CLK_LOCAL_MEM_FENCE);
    __local float *strip = (__local float *)memory;
    UNROLL
    for (uint i = 0; i < UNITS_DOWN; i++) {
        UNROLL
        for (uint r = 0; r < ROW_SLOTS; r++) {
            UNROLL
            for (uint mask = 1; mask < ROW_LANES; mask *= 2) {
                const float other = ROW_EXCHANGE(weights[i][r], mask);
                weights[i][r] += other;
            }
            weights[i][r] = 1.0f / weights[i][r];
        }
        UNROLL
        for (uint j = 0; j < HEAD_UNITS; j++)
            UNROLL
            for (uint e = 0; e < SUM_COUNT; e++)
                strip[(down + i * UNIT_ROWS + SUM_ROW(e)) * STRIP_PITCH + j * UNIT_COLUMNS + SUM_COLUMN(e)] =
                    sums[i][j][e] * weights[i][ROW_SLOT(e)];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint i = item; i < QUERIES * HEAD_WIDTH / 4; i += GROUP) {
        const uint row = i / (HEAD_WIDTH / 4), d = i % (HEAD_WIDTH / 4) * 4;
        if (first + row < tokens)
            store_aligned(
                arena + Y + ((ulong)crop * tokens + first + row) * width + head * HEAD_WIDTH + d,
                *(const __local float4 *)(strip + row * STRIP_PITCH + d));
    }
}
