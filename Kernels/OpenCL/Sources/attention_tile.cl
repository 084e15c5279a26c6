// attention: softmax(q k^T / sqrt(head width)) v for every crop and head, in one pass over the keys.
// layout    x [crops, tokens, 3 * heads * HEAD_WIDTH]: q, k, v one after the other, each with its heads side by side;
//           y [crops, tokens, heads * HEAD_WIDTH]
// launch    the form for GPUs: global = (tokens / QUERIES rounded up * GROUP, heads, crops), local = (GROUP, 1, 1). A
//           work-group takes QUERIES queries of one head against all keys, KEYS at a time; an item holds 4 x 4 scores
//           and 4 x PADDED / 8 sums in registers.
// requires  QUERIES a multiple of 4, KEYS = 32, GROUP = 2 * QUERIES; WIDTH = 4
//           local memory: PADDED * (QUERIES + 4) + 32 * (PADDED + 4) + 32 * (QUERIES + 4) + 8 * QUERIES floats
// numerics  float. Keys in order; after each block of them sums are rescaled to the greatest score so far, and divided
//           by the sum of weights at the end. A NaN in a query or a key stays in the rows that see it.
#ifndef HEAD_WIDTH
#define HEAD_WIDTH 64
#endif
#ifndef QUERIES
#define QUERIES 64 // of a work-group (e.g. 16, 32)
#endif
#define KEYS 32
#define GROUP (2 * QUERIES)
#define PADDED ((HEAD_WIDTH + 31) / 32 * 32)
#define OUT_QUADS (PADDED / 32)
#define HEAD_QUADS (PADDED / 4)
#define QUERY_PITCH (QUERIES + 4)
#define KEY_PITCH (KEYS + 4)
#define MAX2(a, b) ((a) > (b) ? (a) : (b))
#define LOG2_E 1.44269504f

// Four elements of a head's row from d on; zeros beyond the head and for tokens that do not exist.
inline float4 load_head_quad(const __global REAL *arena, const ulong start, const uint d, const bool exists)
{
    float4 v = (float4)(0.0f);
    if (exists) {
#if HEAD_WIDTH % 4 == 0
        if (d < HEAD_WIDTH) v = load_aligned(arena + start + d);
#else
        if (d + 0 < HEAD_WIDTH) v.x = LOAD(arena, start + d);
        if (d + 1 < HEAD_WIDTH) v.y = LOAD(arena, start + d + 1);
        if (d + 2 < HEAD_WIDTH) v.z = LOAD(arena, start + d + 2);
        if (d + 3 < HEAD_WIDTH) v.w = LOAD(arena, start + d + 3);
#endif
    }
    return v;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void attention(ATTENTION_ARGUMENTS)
{
    __local float queries[PADDED * QUERY_PITCH] __attribute__((aligned(16))); // [PADDED, QUERIES]
    // Keys [PADDED, KEYS] while scores are computed, then values [KEYS, PADDED].
    __local float pairs[MAX2(PADDED * KEY_PITCH, KEYS * PADDED)] __attribute__((aligned(16)));
    __local float shares[KEYS * QUERY_PITCH] __attribute__((aligned(16))); // [KEYS, QUERIES]
    __local float partial[8 * QUERIES];                                    // [8, QUERIES]
    const uint item = get_local_id(0), down = item / 8, across = item % 8;
    const uint first = get_group_id(0) * QUERIES, head = get_group_id(1);
    FIND_CROP
    const uint width = heads * HEAD_WIDTH;
    const ulong q = X + (ulong)crop * tokens * 3 * width + head * HEAD_WIDTH;

    for (uint i = item; i < QUERIES * HEAD_QUADS; i += GROUP) {
        const uint row = i / HEAD_QUADS, d = i % HEAD_QUADS * 4;
        const bool exists = first + row < tokens;
        // Scores in units of ln 2, so that exp2 serves.
        const float4 v = load_head_quad(arena, q + (ulong)(first + row) * 3 * width, d, exists) * (factor * LOG2_E);
        queries[(d + 0) * QUERY_PITCH + row] = v.x;
        queries[(d + 1) * QUERY_PITCH + row] = v.y;
        queries[(d + 2) * QUERY_PITCH + row] = v.z;
        queries[(d + 3) * QUERY_PITCH + row] = v.w;
    }

    float4 sums[4][OUT_QUADS];
    float greatest[4], weights[4]; // an item's share of the weights: those of its own keys
    #pragma unroll
    for (uint r = 0; r < 4; r++) {
        greatest[r] = -INFINITY;
        weights[r] = 0.0f;
        #pragma unroll
        for (uint v = 0; v < OUT_QUADS; v++) sums[r][v] = (float4)(0.0f);
    }

    for (uint key = 0; key < tokens; key += KEYS) {
        barrier(CLK_LOCAL_MEM_FENCE); // the values of the block before have been read
        for (uint i = item; i < KEYS * HEAD_QUADS; i += GROUP) {
            const uint row = i / HEAD_QUADS, d = i % HEAD_QUADS * 4;
            const float4 v =
                load_head_quad(arena, q + width + (ulong)(key + row) * 3 * width, d, key + row < tokens);
            pairs[(d + 0) * KEY_PITCH + row] = v.x;
            pairs[(d + 1) * KEY_PITCH + row] = v.y;
            pairs[(d + 2) * KEY_PITCH + row] = v.z;
            pairs[(d + 3) * KEY_PITCH + row] = v.w;
        }
        barrier(CLK_LOCAL_MEM_FENCE);

        float4 scores[4]; // rows: queries 4 * down + r; lanes: keys 4 * across + lane
        #pragma unroll
        for (uint r = 0; r < 4; r++) scores[r] = (float4)(0.0f);
        for (uint d = 0; d < HEAD_WIDTH; d++) {
            float a[4];
            vstore4(vload4(0, queries + d * QUERY_PITCH + 4 * down), 0, a);
            const float4 b = vload4(0, pairs + d * KEY_PITCH + 4 * across);
            #pragma unroll
            for (uint r = 0; r < 4; r++) scores[r] = MULTIPLY_ADD((float4)(a[r]), b, scores[r]);
        }
        const int4 exists = (int4)(key + 4 * across) + (int4)(0, 1, 2, 3) < (int4)((int)tokens);
        #pragma unroll
        for (uint r = 0; r < 4; r++) {
            scores[r] = exists ? scores[r] : (float4)(-INFINITY);
            const float2 most = fmax(scores[r].lo, scores[r].hi);
            partial[across * QUERIES + 4 * down + r] = fmax(most.x, most.y);
        }
        barrier(CLK_LOCAL_MEM_FENCE); // scores are done with the keys, maxima are there

        for (uint i = item; i < KEYS * HEAD_QUADS; i += GROUP) {
            const uint row = i / HEAD_QUADS, d = i % HEAD_QUADS * 4;
            const float4 v =
                load_head_quad(arena, q + 2 * width + (ulong)(key + row) * 3 * width, d, key + row < tokens);
            vstore4(v, 0, pairs + row * PADDED + d);
        }
        #pragma unroll
        for (uint r = 0; r < 4; r++) {
            float now = greatest[r];
            for (uint i = 0; i < 8; i++) now = fmax(now, partial[i * QUERIES + 4 * down + r]);
            const float rescale = exp2(greatest[r] - now);
            greatest[r] = now;
            const float4 share = exists ? exp2(scores[r] - now) : (float4)(0.0f);
            weights[r] = weights[r] * rescale + ((share.x + share.y) + (share.z + share.w));
            shares[(4 * across + 0) * QUERY_PITCH + 4 * down + r] = share.x;
            shares[(4 * across + 1) * QUERY_PITCH + 4 * down + r] = share.y;
            shares[(4 * across + 2) * QUERY_PITCH + 4 * down + r] = share.z;
            shares[(4 * across + 3) * QUERY_PITCH + 4 * down + r] = share.w;
            #pragma unroll
            for (uint v = 0; v < OUT_QUADS; v++) sums[r][v] *= rescale;
        }
        barrier(CLK_LOCAL_MEM_FENCE); // values and shares are there, maxima have been read

        for (uint k = 0; k < KEYS; k++) {
            float a[4];
            vstore4(vload4(0, shares + k * QUERY_PITCH + 4 * down), 0, a);
            #pragma unroll
            for (uint v = 0; v < OUT_QUADS; v++) {
                const float4 b = vload4(0, pairs + k * PADDED + 32 * v + 4 * across);
                #pragma unroll
                for (uint r = 0; r < 4; r++) sums[r][v] = MULTIPLY_ADD((float4)(a[r]), b, sums[r][v]);
            }
        }
    }

    #pragma unroll
    for (uint r = 0; r < 4; r++) partial[across * QUERIES + 4 * down + r] = weights[r];
    barrier(CLK_LOCAL_MEM_FENCE);
    #pragma unroll
    for (uint r = 0; r < 4; r++) {
        const uint row = first + 4 * down + r;
        if (row >= tokens) continue;
        float weight = 0.0f;
        for (uint i = 0; i < 8; i++) weight += partial[i * QUERIES + 4 * down + r];
        const ulong place = Y + ((ulong)crop * tokens + row) * width + head * HEAD_WIDTH;
        #pragma unroll
        for (uint v = 0; v < OUT_QUADS; v++) {
            const uint d = 32 * v + 4 * across;
            const float4 result = sums[r][v] / weight;
#if HEAD_WIDTH % 4 == 0
            if (d < HEAD_WIDTH) store_aligned(arena + place + d, result);
#else
            if (d + 0 < HEAD_WIDTH) STORE(arena, place + d, result.x);
            if (d + 1 < HEAD_WIDTH) STORE(arena, place + d + 1, result.y);
            if (d + 2 < HEAD_WIDTH) STORE(arena, place + d + 2, result.z);
            if (d + 3 < HEAD_WIDTH) STORE(arena, place + d + 3, result.w);
#endif
        }
    }
}
