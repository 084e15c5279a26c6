// matrix_plain: no matrix unit: four items multiply 16 x 8 tiles by ordinary arithmetic, each four rows of them. No lane
// needs another's fragments, so that there are no barriers but the kernel's own and a race check sees one that is missing.
// requires  any device
// layout    lane l has of the left factor rows 4 l ... 4 l + 3, of the right factor all, of the sums its rows
// numerics  float, depth in order
#define LANES 4
#define UNIT_ATTRIBUTE
#define UNIT_ROWS 16
#define UNIT_COLUMNS 8
#define LEFT_WORDS 32
#define RIGHT_WORDS 64
#define RIGHT_AT_ONCE 1
#define SUM_COUNT 32
#define SUM_ROW(e) (lane * 4 + (e) / 8)
#define SUM_COLUMN(e) ((e) % 8)
#define ROW_SLOTS 4
#define ROW_SLOT(e) ((e) / 8)
#define ROW_LANES 1
#ifndef KEEPS_SHARES
#define KEEPS_SHARES 1 // 0 with ASYNC 0: what AMD's and Intel's units have the kernels do
#endif
#ifndef ASYNC
#define ASYNC 1
#endif
#define UNIT_MEMORY
#define ROW_EXCHANGE(v, mask) (v)
#define ANY_LANE(condition) (condition)
#define POWER_OF_TWO(x) exp2(x)
#define pair(low, high) pair_of(low, high)
#define rectified_pair(word) rectified_pair_of(word)

#define COMMIT_COPIES()
#define AWAIT_COPIES(pending)
#if ASYNC
#define FETCH_CHUNK(kept, to, from, exists) \
    *(__local uint4 *)(to) = (exists) ? *(const __global uint4 *)(from) : (uint4)(0);
#define KEEP_CHUNK(kept, to)
#else
#define FETCH_CHUNK(kept, to, from, exists) FETCH_THROUGH_REGISTERS(kept, from, exists)
#define KEEP_CHUNK(kept, to) KEEP_FROM_REGISTERS(kept, to)
#endif

inline float half_of(const __private uint *words, const uint index)
{
    return index % 2 ? high_float(words[index / 2]) : low_float(words[index / 2]);
}

#define UNIT_MULTIPLY(s, l, r) \
    for (uint e = 0; e < SUM_COUNT; e++) { \
        float sum = (s)[e]; \
        for (uint k = 0; k < UNIT_DEPTH; k++) \
            sum += half_of(l, e / 8 * UNIT_DEPTH + k) * half_of(r, e % 8 * UNIT_DEPTH + k); \
        (s)[e] = sum; \
    }

// `count` rows of a tile, UNIT_DEPTH halves each, as words.
inline void load_rows(
    __private uint *f, const __local ushort *tile, const uint row, const uint count, const uint k, const uint pitch)
{
    for (uint r = 0; r < count; r++)
        for (uint i = 0; i < UNIT_DEPTH; i += 2) {
            const __local ushort *halves = tile + element_at(row + r, k + i, pitch);
            f[(r * UNIT_DEPTH + i) / 2] = halves[0] | (uint)halves[1] << 16;
        }
}

inline void load_left(
    __private uint *f, const __local ushort *tile, const uint lane, const uint row, const uint k, const uint pitch)
{
    load_rows(f, tile, row + 4 * lane, 4, k, pitch);
}

inline void load_right(
    __private uint *f, const __local ushort *tile, const uint lane, const uint column, const uint k, const uint pitch)
{
    load_rows(f, tile, column, UNIT_COLUMNS, k, pitch);
}

// The same of a tile whose rows are the depth.
inline void load_right_transposed(
    __private uint *f, const __local ushort *tile, const uint lane, const uint column, const uint k, const uint pitch)
{
    for (uint c = 0; c < UNIT_COLUMNS; c++)
        for (uint i = 0; i < UNIT_DEPTH; i += 2)
            f[(c * UNIT_DEPTH + i) / 2] = tile[element_at(k + i, column + c, pitch)]
                | (uint)tile[element_at(k + i + 1, column + c, pitch)] << 16;
}

// The left fragment that the sums of two neighbouring multiplications are.
#define left_of_sums(f, sums, first) \
    for (uint r = 0; r < 4; r++) \
        for (uint c = 0; c < UNIT_DEPTH; c += 2) { \
            const uint at = (first) + c / 8 * SUM_COUNT + r * 8 + c % 8; \
            (f)[(r * UNIT_DEPTH + c) / 2] = pair(SUM_OF_UNITS(sums, at), SUM_OF_UNITS(sums, at + 1)); \
        }
