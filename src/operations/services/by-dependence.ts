import type { ComposeService } from '../../sources/compose/compose-model.ts';

/**
 * Divides what belongs to services into groups, one after the other: those first that depend on none of the others. A
 * circle, which compose itself refuses, ends in the last group.
 */
export function groupByDependence<T extends { readonly service: string }>(
  members: readonly T[],
  services: readonly Pick<ComposeService, 'name' | 'dependsOn'>[],
): T[][] {
  const dependsOn = new Map(services.map(({ name, dependsOn: names }) => [name, names]));
  const groups: T[][] = [];
  let waiting = [...members];
  while (waiting.length > 0) {
    const isFree = ({ service }: T): boolean => !waiting.some((other) => reaches(dependsOn, service, other.service));
    const free = waiting.filter(isFree);
    groups.push(free.length > 0 ? free : waiting);
    if (free.length === 0) break;
    waiting = waiting.filter((member) => !free.includes(member));
  }
  return groups;
}

/** Whether a service depends on another one, also by way of services that are none of the members. */
function reaches(dependsOn: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [...(dependsOn.get(from) ?? [])];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (name === to) return true;
    if (!seen.has(name)) next.push(...(dependsOn.get(name) ?? []));
    seen.add(name);
  }
  return false;
}
