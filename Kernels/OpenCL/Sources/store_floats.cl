// store_floats: a value of the arena as float32 for the host.
// layout    floats [count]; the arena's elements from `start` on
// launch    global = (count rounded up to a multiple of GROUP), local = (GROUP)
// numerics  exact
#ifndef GROUP
#define GROUP 64
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void store_floats(
    const __global REAL *restrict arena, __global float *restrict floats, const ulong start, const ulong count)
{
    const ulong i = get_global_id(0);
    if (i < count) floats[i] = LOAD(arena, start + i);
}
