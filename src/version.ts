/** Same as in package.json (a test compares them): a bundle must not go looking for files. */
export const version = '0.1.0';
