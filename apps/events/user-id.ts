/** The id of the learner with that index, from 0: `U001` for 0. */
export function userIdOf(index: number): string {
  return `U${String(index + 1).padStart(3, '0')}`;
}
