// matrix_nvidia: what NVIDIA's units have in common, by PTX: cp.async into local memory, ldmatrix out of it, warps.
// requires  compute capability 8.0; EMULATED: any device
// layout    PTX ISA, "Matrix fragments for mma.m16n8k16": lane 4 g + t of a warp has of 16 rows of a left factor rows g and
//           g + 8, columns 2 t, 2 t + 1, 2 t + 8, 2 t + 9
#define UNIT_ATTRIBUTE
#define WARP_LANES 32
#define ROW_LANES 4
#define KEEPS_SHARES 1
#ifndef ASYNC
#define ASYNC 1
#endif

#if EMULATED
// Where something is in the memory that a work-group shares; emulated, from the beginning of the kernel's `memory` on. A
// function, because PoCL 3.1 crashes on a difference of constants when it does not optimise.
inline uint byte_distance(const __local ushort *from, const __local ushort *to)
{
    return (uint)((const __local uchar *)to - (const __local uchar *)from);
}
#define SHARED(p) byte_distance(memory, p)
#define COMMIT_COPIES()
#define AWAIT_GROUPS(pending)
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
#if STORAGE == 1
#define ELEMENT "f16"
#else
#define ELEMENT "bf16"
#endif
#define FACTORS ".f32." ELEMENT "." ELEMENT // and the type of sums
#define SHARED(p) ((uint)(size_t)(p))
#define COMMIT_COPIES() asm volatile("cp.async.commit_group;" ::: "memory")
#define AWAIT_GROUPS(pending) asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory")
#define COPY_CHUNK(to, from, exists) \
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" \
                 ::"r"(SHARED(to)), "l"(from), "r"((exists) ? 16 : 0) : "memory");

inline uint pair(const float low, const float high)
{
    uint word;
    asm("cvt.rn." ELEMENT "x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
    return word;
}

inline uint rectified_pair(const uint word)
{
    uint most;
    asm("max.NaN." ELEMENT "x2 %0, %1, %2;" : "=r"(most) : "r"(word), "r"(0));
    return most;
}

#define LOAD_BLOCKS_AS(f, tile, ADDRESS, KIND) \
    asm volatile("ldmatrix.sync.aligned.m8n8.x4" KIND ".shared.b16 {%0, %1, %2, %3}, [%4];" \
                 : "=r"((f)[0]), "=r"((f)[1]), "=r"((f)[2]), "=r"((f)[3]) \
                 : "r"(SHARED(tile) + ADDRESS(lane) * 2) : "memory")
#define LOAD_BLOCKS(f, tile, ADDRESS) LOAD_BLOCKS_AS(f, tile, ADDRESS, "")
#define LOAD_BLOCKS_TRANSPOSED(f, tile, ADDRESS) LOAD_BLOCKS_AS(f, tile, ADDRESS, ".trans")

inline float row_exchange(const float v, const uint mask)
{
    float other;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=f"(other) : "f"(v), "r"(mask));
    return other;
}

inline bool any_lane(const bool condition)
{
    uint any;
    asm volatile("{.reg .pred p;\n setp.ne.u32 p, %1, 0;\n vote.sync.any.pred p, p, 0xffffffff;\n selp.u32 %0, 1, 0, p;}"
                 : "=r"(any) : "r"((uint)condition));
    return any != 0;
}

inline float power_of_two(const float x)
{
    float power;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
    return power;
}
#define ROW_EXCHANGE(v, mask) row_exchange(v, mask)
#define ANY_LANE(condition) any_lane(condition)
#define POWER_OF_TWO(x) power_of_two(x)
#define UNIT_MEMORY
#endif

#define FETCH_CHUNK(kept, to, from, exists) COPY_CHUNK(to, from, exists)
#define KEEP_CHUNK(kept, to)

// A warp's fragment of 16 rows of a tile from `row` on, a multiple of 16; k ... in depth. `lane` is the lane of the warp.
inline void load_sixteen_rows(
    __private uint *f, const __local ushort *tile, const uint lane, const uint row, const uint k, const uint pitch)
{
#define ADDRESS(l) (row * pitch + chunk_at(l % 16, k / CHUNK + l / 16, pitch))
    LOAD_BLOCKS(f, tile, ADDRESS);
#undef ADDRESS
}

// The left fragment that the sums of 16 neighbouring columns are: a warp's sums lie as its left factor does.
#define left_of_sums(f, sums, first) \
    UNROLL for (uint w = 0; w < 4; w++) \
        (f)[w] = pair(SUM_OF_UNITS(sums, (first) + 2 * w), SUM_OF_UNITS(sums, (first) + 2 * w + 1));
