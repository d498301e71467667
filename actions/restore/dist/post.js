import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: ./.build/actions/frame/end-programs.js

/** Whatever a step starts finds its private directory in this variable, and is found by it. */
const STEP_VARIABLE = 'CONTINUITY_STEP';
/**
 * Kills every program that a step has started and that still runs, its parent or not (ssh's master has none): nothing
 * holds a lock in a database, or a connection, for a step that is gone.
 */
function endPrograms(privateDirectory) {
    const mark = Buffer.from(`\0${STEP_VARIABLE}=${privateDirectory}\0`);
    for (const pid of (0,external_node_fs_namespaceObject.readdirSync)('/proc').map(Number)) {
        if (!(pid > 0) || pid === process.pid)
            continue;
        try {
            const variables = Buffer.concat([Buffer.from('\0'), (0,external_node_fs_namespaceObject.readFileSync)(`/proc/${pid}/environ`)]);
            if (variables.includes(mark))
                process.kill(pid, 'SIGKILL');
        }
        catch {
            // Ended meanwhile, or somebody else's.
        }
    }
}

;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./.build/actions/frame/private-directory.js




/** Under this name the post step is told of the directory. */
const PRIVATE_DIRECTORY_STATE = 'private-directory';
/** The runner's temporary directory, which it empties after each job. */
function locateRunnerTemp(environment) {
    const { RUNNER_TEMP: path } = environment;
    return path === undefined || path === '' ? (0,external_node_os_namespaceObject.tmpdir)() : path;
}
const namePattern = /^continuity-(\d+)-[A-Za-z0-9]{6}$/;
/**
 * Makes the directory in which keys lie while they are needed: below the runner's temporary one, 0700, named after this
 * program. What killed runs left there goes first.
 */
function makePrivateDirectory(runnerTemp) {
    for (const name of readdirSync(runnerTemp)) {
        const pid = Number(namePattern.exec(name)?.[1]);
        if (pid > 0 && !isAlive(pid))
            removePrivateDirectory(join(runnerTemp, name), runnerTemp);
    }
    return mkdtempSync(join(runnerTemp, `continuity-${process.pid}-`));
}
/** Removes it at once, also while the program ends. A path that is none of ours is left alone. */
function removePrivateDirectory(path, runnerTemp) {
    if ((0,external_node_path_namespaceObject.dirname)(path) === (0,external_node_path_namespaceObject.resolve)(runnerTemp) && namePattern.test((0,external_node_path_namespaceObject.basename)(path))) {
        (0,external_node_fs_namespaceObject.rmSync)(path, { recursive: true, force: true });
    }
}

;// CONCATENATED MODULE: ./.build/actions/frame/clean-up.js


/** Ends and removes what a killed main step left; after one that ended by itself there is nothing. */
function cleanUp() {
    const left = process.env[`STATE_${PRIVATE_DIRECTORY_STATE}`];
    if (!left)
        return;
    endPrograms(left);
    removePrivateDirectory(left, locateRunnerTemp(process.env));
}

;// CONCATENATED MODULE: ./.build/actions/frame/post.js

// The post step of every action that has none of its own: removes what a killed main step left. It is a bundle of its
// own, dist/post.js, because the runner also starts it where the main step was ended before it could say that it had
// begun: told apart by that alone, the post step of a cancelled restore would be the restore.
cleanUp();

