// ssh2 reads `__dirname`, which a bundle of ES modules does not have. Import this before anything that imports ssh2.
Object.assign(globalThis, { __dirname: import.meta.dirname });

export {};
