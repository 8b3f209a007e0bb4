import { itSurvivesKills } from './kills';
import { EVERYWARE } from './vendors';

describe('at everyware', () => itSurvivesKills(EVERYWARE));
