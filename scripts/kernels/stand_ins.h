// For check.py alone: drivers round to half by an instruction, libclc in a long way round.
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define OVERLOADED inline __attribute__((overloadable))
inline ushort rounded_half(const float x) { return as_ushort((half)x); }
inline ushort4 rounded_halves(const float4 x)
{
    return (ushort4)(rounded_half(x.x), rounded_half(x.y), rounded_half(x.z), rounded_half(x.w));
}
OVERLOADED void store_half(const float x, __global half *p) { *(__global ushort *)p = rounded_half(x); }
OVERLOADED void store_half(const float x, __local half *p) { *(__local ushort *)p = rounded_half(x); }
OVERLOADED void store_half(const float x, __private half *p) { *(__private ushort *)p = rounded_half(x); }
OVERLOADED void store_halves(const float4 x, __global half *p) { vstore4(rounded_halves(x), 0, (__global ushort *)p); }
OVERLOADED void store_halves(const float4 x, __private half *p) { vstore4(rounded_halves(x), 0, (__private ushort *)p); }
#define vstore_half_rte(x, i, p) store_half(x, (p) + (i))
#define vstore_half4_rte(x, i, p) store_halves(x, (p) + 4 * (i))
