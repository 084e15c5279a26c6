// group: several steps of a plan that do not need one another, in one launch of the kernel that each would launch alone.
// Work-groups of the members follow one another along one axis of the launch; each finds its member, and with it the
// operands that members have of their own. What a work-group then does is what it would do in a launch of its member
// alone, so that results are the same bits.
// layout    table: from `first_member` on, for each member its first work-group along the axis, the one behind its last,
//           then its own operands in the order in which the kernel takes them outside groups
// requires  stands in front of the files of a kernel
#define GROUPED
#define MEMBER_ARGUMENTS const __global ulong *restrict member_table, const uint first_member
#define FIND_MEMBER(group, operand_count) \
    const __global ulong *const member = member_of(member_table + first_member, group, 2 + (operand_count)); \
    const uint place_in_member = (uint)((group) - member[0]);
#define OWN(index) member[2 + (index)]

inline const __global ulong *member_of(const __global ulong *member, const ulong group, const uint size)
{
    while (group >= member[1]) member += size;
    return member;
}
