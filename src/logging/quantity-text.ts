const sizeSteps = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size in bytes as people read it: `0 B`, `1.5 kB`, `120 MB`; decimal units. */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let step = 0;
  while (amount >= 999.5 && step < sizeSteps.length - 1) {
    amount /= 1000;
    step += 1;
  }
  return `${step > 0 && amount < 9.95 ? amount.toFixed(1) : amount.toFixed(0)} ${sizeSteps[step]}`;
}

/** A duration in milliseconds as people read it: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 file`, `12,345 files`; `plural` where no s makes it. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
