// attention_matrix: attention on matrix units, after FlashAttention-2 (Dao, arXiv 2307.08691).
// layout    as attention_tile.cl
// launch    global = (tokens / QUERIES rounded up * GROUP, heads, crops), local = (GROUP, 1, 1). A sub-group keeps SUB_QUERIES
//           queries and their sums in registers; keys and values go through two slots of local memory, KEYS at a time, the
//           next on their way while the present ones are multiplied.
// requires  STORAGE 1 or 2; HEAD_WIDTH 16, 32 or 64; all rows begin at a multiple of eight elements; WIDTH = 4
//           local memory: 4 * KEYS * HEAD_WIDTH halves, and QUERIES * KEYS where the unit does not KEEPS_SHARES, or
//           QUERIES * (HEAD_WIDTH + 8) floats
// numerics  scores and sums in float; a query times `factor` is rounded before it multiplies the keys, a key's share before
//           it multiplies the values and, where the unit adds them up, before it is added. Otherwise as attention_tile.cl,
//           but for the order within 16 elements, which is the unit's, and for what shares are relative to: a score that the
//           greatest exceeds by at most HEADROOM
#ifndef HEAD_WIDTH
#define HEAD_WIDTH 64
#endif
#ifndef QUERIES
#define QUERIES 64 // of a work-group (e.g. 32)
#endif
#ifndef KEYS
#define KEYS 64 // (e.g. 32)
#endif
#ifndef SUB_QUERIES
#define SUB_QUERIES (UNIT_ROWS > 16 ? UNIT_ROWS : 16) // of a sub-group (e.g. 32)
#endif
#ifndef HEADS
#define HEADS heads // or how many there are, so that distances of rows are constants
#endif
#ifndef HEADROOM
#define HEADROOM 8.0f // of scores above the reference; shares stay below two to this
#endif
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
#define STRIP_PITCH (HEAD_WIDTH + 8)
#define STRIP_HALVES (QUERIES * STRIP_PITCH * 2)
#define SHARES (KEEPS_SHARES ? 0 : QUERIES * KEYS)
#define TILES (2 * SLOT + SHARES)
#define MEMORY (TILES > STRIP_HALVES ? TILES : STRIP_HALVES)
#define LOG2_E 1.44269504f

// The sum of a row's shares is one more column of the result, whose values are all one: where both factors are in registers,
// and eight columns are a small part of the unit's work. Otherwise each lane adds its own.
#define UNIT_WEIGHS (UNIT_COLUMNS == 8 && KEEPS_SHARES && !MULTIPLIES_ALONE)
#define WEIGHTS (UNIT_WEIGHS ? SUM_COUNT : ROW_SLOTS)
#define WEIGHT_ROW(e) (UNIT_WEIGHS ? ROW_SLOT(e) : (e))

// Adds the scores of the first keys of a slot, RIGHT_AT_ONCE or more units of them.
#define ADD_SCORES(scores, units, slot) \
    BEGIN_SUMS(0); \
    UNROLL for (uint d = 0; d < HEAD_STEPS; d++) \
        UNROLL for (uint j = 0; j < (units); j += RIGHT_AT_ONCE) { \
            uint right[RIGHT_AT_ONCE * RIGHT_WORDS]; \
            load_right(right, slot, lane, j * UNIT_COLUMNS, d * UNIT_DEPTH, HEAD_WIDTH); \
            UNROLL for (uint n = 0; n < RIGHT_AT_ONCE; n++) \
                UNROLL for (uint i = 0; i < UNITS_DOWN; i++) \
                    UNIT_MULTIPLY((scores)[i][j + n], queries[i][d], right + n * RIGHT_WORDS); \
        } \
    END_SUMS(); \
    UNROLL for (uint i = 0; i < UNITS_DOWN; i++) \
        UNROLL for (uint j = 0; j < (units); j++) AWAIT_SUMS((scores)[i][j]);

// Keys whose number in a block the condition does not hold for weigh nothing.
#define LEAVE_OUT_UNLESS(condition, scores, units) \
    UNROLL for (uint i = 0; i < UNITS_DOWN; i++) \
        UNROLL for (uint j = 0; j < (units); j++) \
            UNROLL for (uint e = 0; e < SUM_COUNT; e++) { \
                const uint number = j * UNIT_COLUMNS + SUM_COLUMN(e); \
                if (!(condition)) (scores)[i][j][e] = -INFINITY; \
            }

// The greatest score of each row, first of those that this lane has, then of all lanes.
#define FIND_MOST(most, scores, units) \
    UNROLL for (uint e = 0; e < SUM_COUNT; e++) (most)[ROW_SLOT(e)] = (scores)[0][e]; \
    UNROLL for (uint j = 0; j < (units); j++) \
        UNROLL for (uint e = 0; e < SUM_COUNT; e++) (most)[ROW_SLOT(e)] = fmax((most)[ROW_SLOT(e)], (scores)[j][e]);
#define EXCHANGE_MOST(most) \
    UNROLL for (uint r = 0; r < ROW_SLOTS; r++) \
        UNROLL for (uint mask = 1; mask < ROW_LANES; mask *= 2) { \
            const float other = ROW_EXCHANGE((most)[r], mask); \
            (most)[r] = fmax((most)[r], other); \
        }

// Eight elements of a query times what makes scores powers of two.
inline uint4 scaled_chunk(const uint4 chunk, const float factor)
{
    uint words[4];
    vstore4(chunk, 0, words);
    UNROLL
    for (uint i = 0; i < 4; i++) words[i] = pair(low_float(words[i]) * factor, high_float(words[i]) * factor);
    return vload4(0, words);
}

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

// An item copies one chunk of every LOAD_ROWS-th key, and of its value.
#define LOAD_ROWS (GROUP / HEAD_CHUNKS)
#define LOADS ((KEYS + LOAD_ROWS - 1) / LOAD_ROWS)
#define LOAD_ROW(l) (item / HEAD_CHUNKS + (l) * LOAD_ROWS)
#define LOAD_EXISTS(l) (KEYS % LOAD_ROWS == 0 || LOAD_ROW(l) < KEYS)
#define LOAD_PLACE(l, tile) ((tile) + chunk_at(LOAD_ROW(l), item_chunk, HEAD_WIDTH))

// Starts to bring the next keys and values, those of the tokens from `key` on, into a slot; zeros for those that do not
// exist, whose addresses nobody reads.
#define FETCH(slot, key) \
    const int remaining = (int)(tokens - (key)) - (int)LOAD_ROW(0); \
    UNROLL for (uint l = 0; l < LOADS; l++) \
        if (LOAD_EXISTS(l)) { \
            const bool exists = (int)(l * LOAD_ROWS) < remaining; \
            const __global REAL *row = next_key + l * LOAD_ROWS * 3 * width; \
            FETCH_CHUNK(keys[l], LOAD_PLACE(l, slot), row, exists) \
            FETCH_CHUNK(values[l], LOAD_PLACE(l, (slot) + TILE), row + width, exists) \
        } \
    next_key += KEYS * 3 * width;
#define KEEP(slot) \
    UNROLL for (uint l = 0; l < LOADS; l++) \
        if (LOAD_EXISTS(l)) { \
            KEEP_CHUNK(keys[l], LOAD_PLACE(l, slot)) \
            KEEP_VALUES(values[l], (slot) + TILE, LOAD_ROW(l), item_chunk) \
        }

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) UNIT_ATTRIBUTE
void attention(ATTENTION_ARGUMENTS)
{
    __local ushort memory[MEMORY] __attribute__((aligned(1024)));
    UNIT_MEMORY
    const uint item = get_local_id(0), lane = item % LANES, sub = item / LANES, down = sub * SUB_QUERIES;
    const uint item_chunk = item % HEAD_CHUNKS;
    const uint first = get_group_id(0) * QUERIES, head = get_group_id(1);
    FIND_CROP
    const uint width = HEADS * HEAD_WIDTH;
    const ulong q = X + (ulong)crop * tokens * 3 * width + head * HEAD_WIDTH;
    const __global REAL *next_key = arena + q + width + (ulong)LOAD_ROW(0) * 3 * width + item_chunk * CHUNK;
    uint4 keys[LOADS], values[LOADS]; // unused where copies run by themselves

    // Queries go to their registers through the second slot.
    uint queries[UNITS_DOWN][HEAD_STEPS][LEFT_WORDS];
    for (uint i = item; i < QUERIES * HEAD_CHUNKS; i += GROUP) {
        const uint row = i / HEAD_CHUNKS, chunk = i % HEAD_CHUNKS;
        const __global REAL *from = arena + q + (ulong)(first + row) * 3 * width + chunk * CHUNK;
        *(__local uint4 *)(memory + SLOT + chunk_at(row, chunk, HEAD_WIDTH)) =
            first + row < tokens ? scaled_chunk(*(const __global uint4 *)from, factor * LOG2_E) : (uint4)(0);
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

    // The score whose share is one: to begin with, the greatest of the first keys, as many as the unit multiplies together, or
    // the first's if there are fewer. (To leave out those that do not exist one by one would keep their numbers in registers.)
    // That it is a key's keeps shares from vanishing all together. Of a huge score, which the loop's sum misses by a few of
    // its last places, the reference is a little less: the loop then finds it far ahead, and makes its share one.
    float reference[UNITS_DOWN][ROW_SLOTS];
    {
        float few[UNITS_DOWN][RIGHT_AT_ONCE][SUM_COUNT];
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL
            for (uint n = 0; n < RIGHT_AT_ONCE; n++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) few[i][n][e] = 0.0f;
        AWAIT_COPIES(0);
        barrier(CLK_LOCAL_MEM_FENCE);
        ADD_SCORES(few, RIGHT_AT_ONCE, memory)
        LEAVE_OUT_UNLESS(tokens >= RIGHT_AT_ONCE * UNIT_COLUMNS || number == 0, few, RIGHT_AT_ONCE)
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++) {
            FIND_MOST(reference[i], few[i], RIGHT_AT_ONCE)
            EXCHANGE_MOST(reference[i])
            UNROLL
            for (uint r = 0; r < ROW_SLOTS; r++) reference[i][r] -= fabs(reference[i][r]) * 0x1p-16f;
        }
    }

    float sums[UNITS_DOWN][HEAD_UNITS][SUM_COUNT];
    float weights[UNITS_DOWN][WEIGHTS];     // of the values in the sums, or the lane's part of them
    UNROLL
    for (uint i = 0; i < UNITS_DOWN; i++) {
        UNROLL
        for (uint e = 0; e < WEIGHTS; e++) weights[i][e] = 0.0f;
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

        float scores[UNITS_DOWN][KEY_UNITS][SUM_COUNT]; // above the reference
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) scores[i][j][e] = -reference[i][ROW_SLOT(e)];
        ADD_SCORES(scores, KEY_UNITS, slot)
        if (last) {
            LEAVE_OUT_UNLESS(key + number < tokens, scores, KEY_UNITS)
        }

        float most[UNITS_DOWN][ROW_SLOTS];
        bool leads = false;
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++) {
            FIND_MOST(most[i], scores[i], KEY_UNITS)
            UNROLL
            for (uint r = 0; r < ROW_SLOTS; r++) leads = leads || most[i][r] > HEADROOM;
        }
        if (ANY_LANE(leads)) { // seldom
            UNROLL
            for (uint i = 0; i < UNITS_DOWN; i++) {
                float rescale[ROW_SLOTS];
                EXCHANGE_MOST(most[i])
                UNROLL
                for (uint r = 0; r < ROW_SLOTS; r++) {
                    most[i][r] = most[i][r] > HEADROOM ? most[i][r] : 0.0f;
                    rescale[r] = POWER_OF_TWO(-most[i][r]);
                    reference[i][r] += most[i][r];
                }
                UNROLL
                for (uint j = 0; j < KEY_UNITS; j++)
                    UNROLL
                    for (uint e = 0; e < SUM_COUNT; e++) scores[i][j][e] -= most[i][ROW_SLOT(e)];
                UNROLL
                for (uint j = 0; j < HEAD_UNITS; j++)
                    UNROLL
                    for (uint e = 0; e < SUM_COUNT; e++) sums[i][j][e] *= rescale[ROW_SLOT(e)];
                UNROLL
                for (uint e = 0; e < WEIGHTS; e++) weights[i][e] *= rescale[WEIGHT_ROW(e)];
            }
        }
        UNROLL
        for (uint i = 0; i < UNITS_DOWN; i++)
            UNROLL
            for (uint j = 0; j < KEY_UNITS; j++)
                UNROLL
                for (uint e = 0; e < SUM_COUNT; e++) {
                    scores[i][j][e] = POWER_OF_TWO(scores[i][j][e]);
                    if (!UNIT_WEIGHS) weights[i][ROW_SLOT(e)] += scores[i][j][e];
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
                    shares[at] = bits_of(scores[i][j][e]);
                }
        barrier(CLK_LOCAL_MEM_FENCE);
#endif
        UNROLL
        for (uint k = 0; k < KEY_STEPS; k++) {
            uint left[UNITS_DOWN][LEFT_WORDS];
            UNROLL
            for (uint i = 0; i < UNITS_DOWN; i++) {
#if KEEPS_SHARES
                left_of_sums(left[i], scores[i], k * (UNIT_DEPTH * SUM_COUNT / UNIT_COLUMNS));
#else
                load_left(left[i], shares, lane, i * UNIT_ROWS, k * UNIT_DEPTH, KEYS);
#endif
            }
#if UNIT_WEIGHS
            uint ones[RIGHT_WORDS];
            UNROLL
            for (uint w = 0; w < RIGHT_WORDS; w++) ones[w] = PAIR_OF_ONES;
            UNROLL
            for (uint i = 0; i < UNITS_DOWN; i++) UNIT_MULTIPLY(weights[i], left[i], ones);
#endif
            BEGIN_SUMS(k);
            UNROLL
            for (uint j = 0; j < HEAD_UNITS; j += RIGHT_AT_ONCE) {
                uint right[RIGHT_AT_ONCE * RIGHT_WORDS];
                load_right_transposed(
                    right, slot + TILE, lane, j * UNIT_COLUMNS, k * UNIT_DEPTH, HEAD_WIDTH);
                UNROLL
                for (uint n = 0; n < RIGHT_AT_ONCE; n++)
                    UNROLL
                    for (uint i = 0; i < UNITS_DOWN; i++)
                        UNIT_MULTIPLY_TRANSPOSED(sums[i][j + n], left[i], right + n * RIGHT_WORDS);
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
        float inverse[ROW_SLOTS];
        UNROLL
        for (uint e = 0; e < WEIGHTS; e++) {
            UNROLL
            for (uint mask = 1; mask < (UNIT_WEIGHS ? 1 : ROW_LANES); mask *= 2) {
                const float other = ROW_EXCHANGE(weights[i][e], mask);
                weights[i][e] += other;
            }
            inverse[WEIGHT_ROW(e)] = 1.0f / weights[i][e];
        }
        UNROLL
        for (uint j = 0; j < HEAD_UNITS; j++)
            UNROLL
            for (uint e = 0; e < SUM_COUNT; e++)
                strip[(down + i * UNIT_ROWS + SUM_ROW(e)) * STRIP_PITCH + j * UNIT_COLUMNS + SUM_COLUMN(e)] =
                    sums[i][j][e] * inverse[ROW_SLOT(e)];
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
