// attention: the arguments of all forms, attention_tile.cl, attention_vector.cl and attention_matrix.cl. In a group
// (group.cl) crops of several tensors follow one another.
#ifdef GROUPED
#define ATTENTION_ARGUMENTS \
    __global REAL *arena, const uint tokens, const uint heads, const float factor, MEMBER_ARGUMENTS
#define FIND_CROP \
    FIND_MEMBER(get_group_id(2), 2) \
    const uint crop = place_in_member;
#define X OWN(0)
#define Y OWN(1)
#else
#define ATTENTION_ARGUMENTS \
    __global REAL *arena, const uint tokens, const uint heads, const float factor, const ulong x, const ulong y
#define FIND_CROP const uint crop = get_group_id(2);
#define X x
#define Y y
#endif
