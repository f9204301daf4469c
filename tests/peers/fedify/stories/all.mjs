/** The stories in the order in which they are played. Each stands for itself: it makes the groups that it needs. */
import { closed } from "./closed.mjs";
import { companions } from "./companions.mjs";
import { faces } from "./faces.mjs";
import { hostile } from "./hostile.mjs";
import { joining } from "./joining.mjs";
import { leading } from "./leading.mjs";
import { meeting } from "./meeting.mjs";
import { order } from "./order.mjs";
import { posting } from "./posting.mjs";
import { words } from "./words.mjs";

export const stories = { meeting, joining, leading, posting, order, closed, companions, faces, words, hostile };
