/** How far what was restored is proven; where that is not all, notes say in what. */
export function describeProof(isCompared: boolean): string {
  return isCompared ? 'equal to its fingerprints' : 'row counts equal, content not compared';
}
