// load_floats: float32 from the host into the arena.
// layout    floats [count]; the arena's elements from `start` on
// launch    global = (count rounded up to a multiple of GROUP), local = (GROUP)
// numerics  exact, or rounded to the nearest element, ties to even
#ifndef GROUP
#define GROUP 64
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void load_floats(
    const __global float *restrict floats, __global REAL *restrict arena, const ulong start, const ulong count)
{
    const ulong i = get_global_id(0);
    if (i < count) STORE(arena, start + i, floats[i]);
}
