/** What the policy has to know of this host besides the model. All paths absolute, links followed. */
export interface DevGround {
  /** The project's folder. */
  readonly directory: string;
  /** Where development's own secret files lie; may be outside the project. */
  readonly secrets: string;
  /** Folders outside the project that the operator has named for builds. */
  readonly contexts: readonly string[];
  readonly production: ProductionTraces;
  /** What of `production` is on this disk with more in it than git has: a build that copies its folder would take it. */
  readonly kept: readonly string[];
  /** The path that a path leads to, links followed as far as it exists. */
  resolve(path: string): string;
}

/** By what production is recognised on this host; empty where nothing is known of it. */
export interface ProductionTraces {
  readonly projects: readonly string[];
  readonly images: readonly string[];
  /** As Docker knows them. */
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** Folders and files of the host that its containers are given. */
  readonly paths: readonly string[];
  /** Files with its variables: `.env`, `env_file`. */
  readonly settings: readonly string[];
}

export const noProduction: ProductionTraces = {
  projects: [],
  images: [],
  volumes: [],
  networks: [],
  paths: [],
  settings: [],
};

/** Says what is wrong, each fault one sentence that begins with its place in the file. */
export type Complain = (place: string, fault: string) => void;

/** Whether a path is git's own, of the project or of a repository in it: its configuration may hold a token. */
export function isOfGit(path: string): boolean {
  return path.split('/').includes('.git');
}

/** Whether `path` is `folder` or lies within. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
