import { unmountedReason, type UncoveredMount } from '../proposal/propose.ts';

/** The comment in continuity.yml by which a mount is left out; on one line, whatever its name holds. */
export function describeUncovered({ label, services, targets, reason, isOpen }: UncoveredMount): string {
  const where = `${services.length > 1 ? 'services' : 'service'} ${services.join(', ')}; ${targets.join(', ')}`;
  const whose = services.length === 0 ? '' : ` (${where})`;
  return `not covered${isOpen ? ' yet' : ''}: ${label}${whose}: ${reason}`.replace(/\s+/g, ' ');
}

/**
 * What the comments of a configuration leave out (`volume app-cache`, `bind mount ./x`, `database app`), each with
 * whether that is still open (`not covered yet`), and whether only for want of a service that mounts it. Of two on the
 * same, the later one counts.
 */
export function readUncovered(
  content: string,
): ReadonlyMap<string, { readonly isOpen: boolean; readonly isUnmounted: boolean }> {
  const pattern = /^\s*#\s*not covered( yet)?:\s*((?:anonymous volume|volume|bind mount|database) .*?)\s*(?:\(|: |$)/i;
  const found = new Map<string, { isOpen: boolean; isUnmounted: boolean }>();
  for (const line of content.split(/\r?\n/)) {
    const match = pattern.exec(line);
    if (!match) continue;
    found.set(match[2] as string, { isOpen: match[1] !== undefined, isUnmounted: line.includes(unmountedReason) });
  }
  return found;
}
