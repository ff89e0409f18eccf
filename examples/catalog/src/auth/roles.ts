/** The roles, each able to do all that the ones before it can. */
export const roles = ['customer', 'manager', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Whether `role` ranks at or above `required`. */
export function hasRank(role: Role, required: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(required);
}
