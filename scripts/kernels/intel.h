// For check.py alone: cl_intel_subgroup_matrix_multiply_accumulate and cl_intel_subgroups as Intel's compiler declares
// them.
float8 __attribute__((overloadable, convergent)) intel_sub_group_f16_f16_matrix_mad_k16(short8 a, int8 b, float8 acc);
float8 __attribute__((overloadable, convergent)) intel_sub_group_f16_f16_matrix_mad_k16(int8 a, int8 b, float8 acc);
float8 __attribute__((overloadable, convergent)) intel_sub_group_bf16_bf16_matrix_mad_k16(short8 a, int8 b, float8 acc);
float8 __attribute__((overloadable, convergent)) intel_sub_group_bf16_bf16_matrix_mad_k16(int8 a, int8 b, float8 acc);
float __attribute__((overloadable, convergent)) intel_sub_group_shuffle_xor(float v, uint mask);
int __attribute__((overloadable, convergent)) sub_group_any(int condition);
