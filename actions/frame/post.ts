import { cleanUp } from './clean-up.ts';

// The post step of every action that has none of its own: removes what a killed main step left. It is a bundle of its
// own, dist/post.js, because the runner also starts it where the main step was ended before it could say that it had
// begun: told apart by that alone, the post step of a cancelled restore would be the restore.
cleanUp();
