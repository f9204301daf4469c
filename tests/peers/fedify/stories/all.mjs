/** The stories in the order in which they are played. Each stands for itself: it makes the groups that it needs. */
import { joining } from "./joining.mjs";
import { meeting } from "./meeting.mjs";

export const stories = { meeting, joining };
