// copy: y[i] = x[i]
// layout    x, y: `count` floats
// launch    global = count rounded up to a multiple of GROUP, local = GROUP
// requires  any count
// numerics  exact
#ifndef GROUP
#define GROUP 64
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void copy(__global const float *restrict x, __global float *restrict y, const uint count)
{
    const uint i = get_global_id(0);
    if (i < count) y[i] = x[i];
}
