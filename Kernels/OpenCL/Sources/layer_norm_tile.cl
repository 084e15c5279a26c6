// layer_norm: y = (x - mean) / sqrt(variance + epsilon) * weight + bias for every row.
// layout    x, y [rows, width] in the arena; weight, bias [width] floats
// launch    the form for GPUs: global = (rows * GROUP), local = (GROUP); a work-group for each row
// requires  GROUP a power of two; local memory: GROUP floats
// numerics  float; the variance is that of the centred values, divided by the width. Item i sums elements i, i + GROUP,
//           ..., then the items' sums are added by halves.
#ifndef GROUP
#define GROUP 64 // items of a row (e.g. 128, 256)
#endif

// The sum over the work-group, for every item of it. Every item must come here.
inline float group_sum(const float value, __local float *scratch)
{
    const uint item = get_local_id(0);
    barrier(CLK_LOCAL_MEM_FENCE); // the scratch of the sum before has been read
    scratch[item] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint half_count = GROUP / 2; half_count > 0; half_count /= 2) {
        if (item < half_count) scratch[item] += scratch[item + half_count];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    return scratch[0];
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void layer_norm(LAYER_NORM_ARGUMENTS)
{
    __local float scratch[GROUP];
    const uint item = get_local_id(0);
    FIND_ROW
    float sum = 0.0f;
    for (uint c = item; c < width; c += GROUP) sum += LOAD(arena, from + c);
    const float mean = group_sum(sum, scratch) / (float)width;

    float squares = 0.0f;
    for (uint c = item; c < width; c += GROUP) {
        const float centred = LOAD(arena, from + c) - mean;
        squares = MULTIPLY_ADD(centred, centred, squares);
    }
    const float factor = 1.0f / sqrt(group_sum(squares, scratch) / (float)width + epsilon);
    for (uint c = item; c < width; c += GROUP) {
        const float v = (LOAD(arena, from + c) - mean) * factor;
        STORE(arena, to + c, v * vectors[weight + c] + vectors[bias + c]);
    }
}
