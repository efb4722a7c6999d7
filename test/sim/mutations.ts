/** Mechanisms that can be switched off, to see that the oracle notices. */
export const MUTATIONS = [
  'no-repair',
  'no-polling',
  'no-apply-from-log',
  'no-fence',
  'no-reset',
] as const;

/** These are noticed only where no log covers for the mesh. */
export const MESH_MUTATIONS: readonly Mutation[] = ['no-repair'];

export type Mutation = (typeof MUTATIONS)[number];
