// attention: softmax(q k^T / sqrt(head width)) v for every crop and head, in one pass over the keys.
// layout    x [crops, tokens, 3 * heads * HEAD_WIDTH]: q, k, v one after the other, each with its heads side by side;
//           y [crops, tokens, heads * HEAD_WIDTH]
// launch    the form for processors: global = (tokens / QUERIES rounded up, heads, crops), local = (1, 1, 1). An item
//           takes QUERIES queries of one head against all keys, KEYS at a time: keys transposed and values copied into
//           memory of its own, AT_ONCE queries at once in registers.
// requires  WIDTH = 16; KEYS a multiple of 16
// numerics  float. Keys in order; after each block of them sums are rescaled to the greatest score so far, and divided
//           by the sum of weights at the end. A NaN in a query or a key stays in the rows that see it.
#ifndef HEAD_WIDTH
#define HEAD_WIDTH 64
#endif
#ifndef QUERIES
#define QUERIES 148 // of an item: 577 tokens are four items
#endif
#ifndef KEYS
#define KEYS 64 // of a block (e.g. 32, 128)
#endif
#define PADDED ((HEAD_WIDTH + 15) / 16 * 16)
#define OUT_VECTORS (PADDED / 16)
#define KEY_VECTORS (KEYS / 16)
#ifndef AT_ONCE
#define AT_ONCE 4 // queries in registers (e.g. 1, 2, 6)
#endif

inline float lane_max(const float16 v)
{
    const float8 a = fmax(v.lo, v.hi);
    const float4 b = fmax(a.lo, a.hi);
    const float2 c = fmax(b.lo, b.hi);
    return fmax(c.x, c.y);
}

inline float lane_sum(const float16 v)
{
    const float8 a = v.lo + v.hi;
    const float4 b = a.lo + a.hi;
    const float2 c = b.lo + b.hi;
    return c.x + c.y;
}

// A head's row of HEAD_WIDTH elements times a factor, padded with zeros.
inline void load_head(__private float *row, const __global REAL *arena, const ulong start, const float factor)
{
    for (uint d = 0; d + 16 <= HEAD_WIDTH; d += 16) vstore16(LOADV(arena, start + d) * factor, 0, row + d);
    for (uint d = HEAD_WIDTH / 16 * 16; d < PADDED; d++)
        row[d] = d < HEAD_WIDTH ? LOAD(arena, start + d) * factor : 0.0f;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention(ATTENTION_ARGUMENTS)
{
    const uint first = get_group_id(0) * QUERIES, head = get_group_id(1);
    FIND_CROP
    const uint width = heads * HEAD_WIDTH, query_count = min((uint)QUERIES, tokens - first);
    const ulong q = X + (ulong)crop * tokens * 3 * width + head * HEAD_WIDTH;
    const int16 lanes = (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

    float keys[HEAD_WIDTH * KEYS];           // [HEAD_WIDTH, KEYS]
    float values[KEYS * PADDED];             // [KEYS, PADDED]
    float sums[(QUERIES + AT_ONCE) * PADDED]; // [QUERIES, PADDED]
    float greatest[QUERIES + AT_ONCE], weights[QUERIES + AT_ONCE];
    float queries[AT_ONCE * PADDED], shares[AT_ONCE * KEYS];
    for (uint i = 0; i < QUERIES + AT_ONCE; i++) {
        greatest[i] = -INFINITY;
        weights[i] = 0.0f;
        for (uint d = 0; d < PADDED; d++) sums[i * PADDED + d] = 0.0f;
    }

    for (uint key = 0; key < tokens; key += KEYS) {
        const uint count = min((uint)KEYS, tokens - key);
        for (uint k = 0; k < KEYS; k++) {
            float row[PADDED];
            const ulong start = q + width + (ulong)min(key + k, tokens - 1) * 3 * width;
            load_head(row, arena, start, 1.0f);
            for (uint d = 0; d < HEAD_WIDTH; d++) keys[d * KEYS + k] = row[d];
            load_head(values + k * PADDED, arena, start + width, 1.0f);
        }
        for (uint i = 0; i < query_count; i += AT_ONCE) {
            for (uint r = 0; r < AT_ONCE; r++)
                load_head(
                    queries + r * PADDED, arena, q + (ulong)min(first + i + r, tokens - 1) * 3 * width, factor);

            float16 scores[AT_ONCE][KEY_VECTORS];
            #pragma unroll
            for (uint r = 0; r < AT_ONCE; r++)
                #pragma unroll
                for (uint j = 0; j < KEY_VECTORS; j++) scores[r][j] = (float16)(0.0f);
            for (uint d = 0; d < HEAD_WIDTH; d++)
                #pragma unroll
                for (uint r = 0; r < AT_ONCE; r++)
                    #pragma unroll
                    for (uint j = 0; j < KEY_VECTORS; j++)
                        scores[r][j] = MULTIPLY_ADD(
                            (float16)(queries[r * PADDED + d]), vload16(j, keys + d * KEYS), scores[r][j]);

            for (uint r = 0; r < AT_ONCE; r++) {
                float16 most = (float16)(-INFINITY);
                #pragma unroll
                for (uint j = 0; j < KEY_VECTORS; j++) {
                    scores[r][j] = lanes + (int)(16 * j) < (int)count ? scores[r][j] : (float16)(-INFINITY);
                    most = fmax(most, scores[r][j]);
                }
                const float before = greatest[i + r], now = fmax(before, lane_max(most));
                float16 sum = (float16)(0.0f);
                #pragma unroll
                for (uint j = 0; j < KEY_VECTORS; j++) {
                    float16 share = exponential(scores[r][j] - now);
                    share = lanes + (int)(16 * j) < (int)count ? share : (float16)(0.0f);
                    vstore16(share, j, shares + r * KEYS);
                    sum += share;
                }
                const float rescale = before == now ? 1.0f : exponential((float16)(before - now)).s0;
                greatest[i + r] = now;
                weights[i + r] = weights[i + r] * rescale + lane_sum(sum);
                for (uint v = 0; v < OUT_VECTORS; v++) {
                    __private float *place = sums + (i + r) * PADDED;
                    vstore16(vload16(v, place) * rescale, v, place);
                }
            }

            float16 out[AT_ONCE][OUT_VECTORS];
            #pragma unroll
            for (uint r = 0; r < AT_ONCE; r++)
                #pragma unroll
                for (uint v = 0; v < OUT_VECTORS; v++) out[r][v] = vload16(v, sums + (i + r) * PADDED);
            for (uint k = 0; k < count; k++)
                #pragma unroll
                for (uint r = 0; r < AT_ONCE; r++)
                    #pragma unroll
                    for (uint v = 0; v < OUT_VECTORS; v++)
                        out[r][v] = MULTIPLY_ADD(
                            (float16)(shares[r * KEYS + k]), vload16(v, values + k * PADDED), out[r][v]);
            #pragma unroll
            for (uint r = 0; r < AT_ONCE; r++)
                #pragma unroll
                for (uint v = 0; v < OUT_VECTORS; v++) vstore16(out[r][v], v, sums + (i + r) * PADDED);
        }
    }

    for (uint i = 0; i < query_count; i++) {
        const ulong place = Y + ((ulong)crop * tokens + first + i) * width + head * HEAD_WIDTH;
        const float share = 1.0f / weights[i];
        for (uint d = 0; d + 16 <= HEAD_WIDTH; d += 16) STOREV(arena, place + d, vload16(0, sums + i * PADDED + d) * share);
        for (uint d = HEAD_WIDTH / 16 * 16; d < HEAD_WIDTH; d++) STORE(arena, place + d, sums[i * PADDED + d] * share);
    }
}
