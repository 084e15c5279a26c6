// matrix_mma: NVIDIA's tensor cores by PTX: mma.sync m16n8k16, ldmatrix, cp.async.
// requires  compute capability 8.0; EMULATED: any device
// layout    PTX ISA, "Matrix fragments for mma.m16n8k16": lane 4 g + t has of the left factor rows g and g + 8, columns
//           2 t, 2 t + 1, 2 t + 8, 2 t + 9; of the right factor column g, rows likewise; of the sums rows g and g + 8,
//           columns 2 t and 2 t + 1
// numerics  products are exact; how the unit adds 16 of them to a float sum is not documented
#define LANES 32
#define UNIT_ATTRIBUTE
#define UNIT_ROWS 16
#define UNIT_COLUMNS 8
#define LEFT_WORDS 4
#define RIGHT_WORDS 2
#define RIGHT_AT_ONCE 2
#define SUM_COUNT 4
#define SUM_ROW(e) (lane / 4 + (e) / 2 * 8)
#define SUM_COLUMN(e) (lane % 4 * 2 + (e) % 2)
#define ROW_SLOTS 2
#define ROW_SLOT(e) ((e) / 2)
#define ROW_LANES 4
#define KEEPS_SHARES 1
#ifndef ASYNC
#define ASYNC 1
#endif

#if EMULATED
#define LEFT_LANE(row, k) ((row) % 8 * 4 + (k) % 8 / 2)
#define LEFT_HALF(row, k) ((row) / 8 * 2 + (k) / 8 * 4 + (k) % 2)
#define RIGHT_LANE(k, column) ((column) * 4 + (k) % 8 / 2)
#define RIGHT_HALF(k, column) ((k) / 8 * 2 + (k) % 2)

#define COMMIT_COPIES()
#define AWAIT_COPIES(pending)
#define COPY_CHUNK(to, from, exists) \
    *(__local uint4 *)(to) = (exists) ? *(const __global uint4 *)(from) : (uint4)(0);
#define pair(low, high) pair_of(low, high)
#define rectified_pair(word) rectified_pair_of(word)

// ldmatrix.x4: lane 8 i + r says where row r of the 8 x 8 block i is, ADDRESS(lane); lane 4 r + t gets word t of row r of
// each block, or with .trans column r's halves 2 t and 2 t + 1.
#define LOAD_BLOCKS(f, tile, ADDRESS) \
    for (uint i = 0; i < 4; i++) { \
        const __local ushort *halves = (tile) + ADDRESS((8 * i + lane / 4)) + 2 * (lane % 4); \
        (f)[i] = halves[0] | (uint)halves[1] << 16; \
    }
#define LOAD_BLOCKS_TRANSPOSED(f, tile, ADDRESS) \
    for (uint i = 0; i < 4; i++) \
        (f)[i] = (tile)[ADDRESS((8 * i + 2 * (lane % 4))) + lane / 4] \
            | (uint)(tile)[ADDRESS((8 * i + 2 * (lane % 4) + 1)) + lane / 4] << 16;
#else
#define SHARED(p) ((uint)(size_t)(p))
#define COMMIT_COPIES() asm volatile("cp.async.commit_group;" ::: "memory")
#define AWAIT_COPIES(pending) asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory")
#define COPY_CHUNK(to, from, exists) \
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" \
                 ::"r"(SHARED(to)), "l"(from), "r"((exists) ? 16 : 0) : "memory");

inline uint pair(const float low, const float high)
{
    uint word;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
    return word;
}

inline uint rectified_pair(const uint word)
{
    uint most;
    asm("max.NaN.f16x2 %0, %1, %2;" : "=r"(most) : "r"(word), "r"(0));
    return most;
}

#define LOAD_BLOCKS_AS(f, tile, ADDRESS, KIND) \
    asm volatile("ldmatrix.sync.aligned.m8n8.x4" KIND ".shared.b16 {%0, %1, %2, %3}, [%4];" \
                 : "=r"((f)[0]), "=r"((f)[1]), "=r"((f)[2]), "=r"((f)[3]) \
                 : "r"(SHARED((tile) + ADDRESS(lane))) : "memory")
#define LOAD_BLOCKS(f, tile, ADDRESS) LOAD_BLOCKS_AS(f, tile, ADDRESS, "")
#define LOAD_BLOCKS_TRANSPOSED(f, tile, ADDRESS) LOAD_BLOCKS_AS(f, tile, ADDRESS, ".trans")

// Sums are tied operands: separate ones NVIDIA's front end may read before an earlier multiplication writes them.
#define UNIT_MULTIPLY(s, l, r) \
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 " \
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};" \
                 : "+f"((s)[0]), "+f"((s)[1]), "+f"((s)[2]), "+f"((s)[3]) \
                 : "r"((l)[0]), "r"((l)[1]), "r"((l)[2]), "r"((l)[3]), "r"((r)[0]), "r"((r)[1]))

inline float row_exchange(const float v, const uint mask)
{
    float other;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=f"(other) : "f"(v), "r"(mask));
    return other;
}

inline float power_of_two(const float x)
{
    float power;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
    return power;
}
#define ROW_EXCHANGE(v, mask) row_exchange(v, mask)
#define POWER_OF_TWO(x) power_of_two(x)
#define UNIT_MEMORY
#endif

#define FETCH_CHUNK(kept, to, from, exists) COPY_CHUNK(to, from, exists)
#define KEEP_CHUNK(kept, to)

// The fragment of rows `row` ... of a tile, k ... in depth; `row` a multiple of 16.
inline void load_left(
    __private uint *f, const __local ushort *tile, const uint lane, const uint row, const uint k, const uint pitch)
{
#define ADDRESS(l) (row * pitch + chunk_at(l % 16, k / CHUNK + l / 16, pitch))
    LOAD_BLOCKS(f, tile, ADDRESS);
#undef ADDRESS
}

// Two fragments of columns, which are the rows of a tile, from `column` on, a multiple of 16.
inline void load_right(
    __private uint *f, const __local ushort *tile, const uint lane, const uint column, const uint k, const uint pitch)
{
#define ADDRESS(l) (column * pitch + chunk_at(l % 8 + l / 16 * 8, k / CHUNK + l / 8 % 2, pitch))
    LOAD_BLOCKS(f, tile, ADDRESS);
#undef ADDRESS
}

// The same of a tile whose rows are the depth.
inline void load_right_transposed(
    __private uint *f, const __local ushort *tile, const uint lane, const uint column, const uint k, const uint pitch)
{
#define ADDRESS(l) (k * pitch + chunk_at(l % 16, column / CHUNK + l / 16, pitch))
    LOAD_BLOCKS_TRANSPOSED(f, tile, ADDRESS);
#undef ADDRESS
}

// The left fragment that the sums of two neighbouring multiplications are.
inline void left_of_sums(__private uint *f, const __private float *sums)
{
    for (uint i = 0; i < 4; i++) f[i] = pair(sums[2 * i], sums[2 * i + 1]);
}
