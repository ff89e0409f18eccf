// CI runs the tests on several versions of Node and names the one it means, so that no step can pass on another.
const expected = process.env.ATHANOR_EXPECT_NODE;
const major = process.versions.node.split('.')[0];
if (expected && major !== expected) throw new Error(`The tests were meant to run on Node ${expected}, and run on ${process.version}.`);
