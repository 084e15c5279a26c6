// layer_norm: the arguments of both forms, layer_norm_tile.cl and layer_norm_vector.cl. In a group (group.cl) rows of
// several tensors follow one another, each tensor with weight and bias of its own.
#ifdef GROUPED
#define LAYER_NORM_ARGUMENTS \
    __global REAL *arena, const __global float *restrict vectors, const uint width, const float epsilon, MEMBER_ARGUMENTS
#define FIND_ROW \
    FIND_MEMBER(get_group_id(0), 4) \
    const ulong start = (ulong)place_in_member * width, from = OWN(0) + start, to = OWN(1) + start; \
    const uint weight = (uint)OWN(2), bias = (uint)OWN(3);
#else
#define LAYER_NORM_ARGUMENTS \
    __global REAL *arena, const __global float *restrict vectors, const uint width, const float epsilon, \
    const ulong x, const ulong y, const uint weight, const uint bias
#define FIND_ROW const ulong start = (ulong)get_group_id(0) * width, from = x + start, to = y + start;
#endif
