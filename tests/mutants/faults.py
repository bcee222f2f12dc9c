"""Faults as a refactoring might make them, each of which some test must notice.

A fault is a piece of text in one file of the product and what stands there instead. It is put into
a copy of the repository (`python -m tests.mutants`), never into the tree.
"""

from dataclasses import dataclass

TESTS = "tests/simulate/"
MESH_TESTS = "tests/face_mesh/"
PAGE_TESTS = "tests/ui/"


@dataclass(frozen=True)
class Fault:
    """One wrong piece of code.

    Attributes:
        name: by which it is asked for.
        what: what it does to the person who sees the result.
        file: path in the repository.
        text: what stands there, exactly once.
        instead: what stands there in the copy.
        tests: files or tests of the repository of which at least one must fail.
    """

    name: str
    what: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]


DISCOLOUR = "simulate/recovery/discolouration.py"
LIGHT = "simulate/shading/light.py"
CHANGES = "simulate/outcome/changes.py"
COLOURS = f"{TESTS}test_discolouration.py"
GOLDEN = f"{TESTS}test_golden.py"
CACHE = "face_mesh/cache.py"
BOOK = "ui/state/plan_book.py"
KEY = "from face_mesh.cache import Key\n"  # for a key of one's own, beside `cached_per`

FAULTS: tuple[Fault, ...] = (
    # --- bruises and redness
    Fault(
        "bruise_depth",
        "Bruises are twice as deep.",
        DISCOLOUR,
        'DEEPEST = {"bruising": 1.2,',
        'DEEPEST = {"bruising": 2.4,',
        (COLOURS,),
    ),
    Fault(
        "bruise_depth_applied",
        "The density of a bruise counts twice when it takes light.",
        DISCOLOUR,
        "np.expm1(-density)",
        "np.expm1(-2.0 * density)",
        (f"{COLOURS}::test_light_under_the_surface_goes_by_beer_and_lambert",),
    ),
    Fault(
        "bruise_rim",
        "Rim and core of a bruise are swapped where their ages are given.",
        DISCOLOUR,
        "return deepest, _bruise(age + RIM_DAYS), _bruise(age + CORE_DAYS)",
        "return deepest, _bruise(age + CORE_DAYS), _bruise(age + RIM_DAYS)",
        (f"{COLOURS}::test_the_rim_of_a_bruise_looks_older_than_its_core",),
    ),
    Fault(
        "bruise_rim_mixed",
        "Rim and core of a bruise are swapped where they are mixed.",
        DISCOLOUR,
        "rim + depth * (core - rim)",
        "core + depth * (rim - core)",
        (f"{COLOURS}::test_the_rim_of_a_bruise_looks_older_than_its_core",),
    ),
    Fault(
        "redness_bgr",
        "Redness takes light as if it were blue: the channels are those of BGR.",
        DISCOLOUR,
        "_REDNESS = np.array([0.2, 1.0, 0.85], np.float32)",
        "_REDNESS = np.array([0.85, 1.0, 0.2], np.float32)",
        (f"{COLOURS}::test_redness_takes_light_as_oxygenated_blood_does",),
    ),
    Fault(
        "redness_depth",
        "Redness of the highest grade is twice as red.",
        DISCOLOUR,
        '"erythema": 0.7}',
        '"erythema": 1.4}',
        (COLOURS,),
    ),
    Fault(
        "bruise_sides",
        "What is kept of a bruise forgets the side: the left one is drawn for the right.",
        DISCOLOUR,
        "return _depth(face, treatment.entry, treatment.side, reaction)",
        f"{KEY}\n    key = Key('depth', (treatment.entry, reaction), Scope.SIZE)\n"
        "    return face.cached(\n"
        "        key, lambda: _depth(face, treatment.entry, treatment.side, reaction)\n    )",
        (COLOURS,),
    ),
    Fault(
        "surface_gone",
        "Bruises take the light too that skin returns above them.",
        "simulate/outcome/pipeline.py",
        "(density_gain(density), SURFACE)",
        "(density_gain(density), 0.0)",
        (f"{COLOURS}::test_light_under_the_surface_goes_by_beer_and_lambert",),
    ),
    # --- light and shading
    Fault(
        "luminance_bgr",
        "Luminance is weighted in the order BGR when the light of a photo is read.",
        LIGHT,
        "LUMINANCE = np.array([0.2126, 0.7152, 0.0722])",
        "LUMINANCE = np.array([0.0722, 0.7152, 0.2126])",
        (f"{TESTS}test_light.py",),
    ),
    Fault(
        "lesion_luminance_bgr",
        "Luminance is weighted in the order BGR when a mole is found.",
        "face_mesh/skin/lesions.py",
        "np.array([0.2126, 0.7152, 0.0722], np.float32)",
        "np.array([0.0722, 0.7152, 0.2126], np.float32)",
        (f"{MESH_TESTS}test_skin_luminance.py",),
    ),
    Fault(
        "shading_sign",
        "What turns to the light gets darker, in the picture alone.",
        "simulate/shading/relight.py",
        "np.expm1(shade[..., None] * channels)",
        "np.expm1(-shade[..., None] * channels)",
        (f"{TESTS}test_light.py", GOLDEN),
    ),
    Fault(
        "shading_sign_unit",
        "What turns to the light gets darker, where a unit is computed.",
        "simulate/shading/shading.py",
        "change: Points = (light.shade(after) - light.shade(before)) / step",
        "change: Points = (light.shade(before) - light.shade(after)) / step",
        (f"{TESTS}test_light.py", f"{TESTS}test_shading.py"),
    ),
    Fault(
        "channels_swapped",
        "Shade follows the colour of skin with red and blue exchanged.",
        "simulate/shading/relight.py",
        "channels = Light.of(face).channels.astype(np.float32)",
        "channels = Light.of(face).channels[::-1].astype(np.float32)",
        (f"{TESTS}test_light.py",),
    ),
    Fault(
        "bytes_truncated",
        "Light that is put back into bytes is cut off instead of rounded: all skin gets darker.",
        "simulate/shading/relight.py",
        "return np.round(255.0 * curve).astype(np.uint8)",
        "return (255.0 * curve).astype(np.uint8)",
        (f"{TESTS}test_shading.py",),
    ),
    # --- movement
    Fault(
        "falloff",
        "Every patch fades out over 15 % more.",
        "simulate/geometry/operators.py",
        "(away_mm - patch.core_mm) / patch.falloff_mm)",
        "(away_mm - patch.core_mm) / (1.15 * patch.falloff_mm))",
        (f"{TESTS}test_operators.py", GOLDEN),
    ),
    Fault(
        "falloff_read",
        "Every patch reaches and fades out over 15 % more.",
        "simulate/geometry/operators.py",
        "    patch = term.patch\n    reach_mm = patch.core_mm + patch.falloff_mm",
        "    import dataclasses\n\n    patch = term.patch\n"
        "    patch = dataclasses.replace(patch, falloff_mm=1.15 * patch.falloff_mm)\n"
        "    reach_mm = patch.core_mm + patch.falloff_mm",
        (f"{TESTS}test_operators.py",),
    ),
    Fault(
        "coefficient",
        "What a unit of dose turns the tip of the nose by is doubled in the catalogue.",
        "simulate/catalogue/procedures/nasal_tip_rotation.toml",
        "coefficient = 0.53",
        "coefficient = 1.06",
        (f"{TESTS}test_published.py", GOLDEN),
    ),
    Fault(
        "coefficient_applied",
        "What is shifted, turned or narrowed goes twice as far as the entry says.",
        "simulate/geometry/displacement.py",
        "rest.append((term, one, weight))",
        "rest.append((term, one, 2.0 * weight))",
        (f"{TESTS}test_published.py",),
    ),
    Fault(
        "half_dose",
        "Half of a total dose works on each side with all of it.",
        "simulate/geometry/displacement.py",
        'return 0.5 if side == "both" else 1.0',
        "return 1.0",
        (f"{TESTS}test_each_side.py",),
    ),
    Fault(
        "flatten_ends",
        "A hollow is filled to the line from its end to its middle.",
        "simulate/geometry/operators.py",
        "start, along = ends[0], ends[-1] - ends[0]",
        "start, along = ends[0], ends[len(ends) // 2] - ends[0]",
        (f"{TESTS}test_operators.py",),
    ),
    # --- ranges
    Fault(
        "scale_in_range",
        "The uncertainty of the scale is left out of every range.",
        CHANGES,
        'scale_sd = face.scale.relative_sd * (middle - before[id_]) if spec.unit == "mm" else 0.0',
        "scale_sd = 0.0",
        (f"{TESTS}test_ranges.py",),
    ),
    Fault(
        "scale_in_map",
        "The uncertainty of the scale is left out of the map laid over the picture.",
        "simulate/outcome/outcome.py",
        "variance = (self.face.scale.relative_sd * moved_mm) ** 2",
        "variance = 0.0 * moved_mm",
        (f"{TESTS}test_ranges.py",),
    ),
    Fault(
        "scale_in_measures",
        "The uncertainty of the scale is left out of what is measured on the face.",
        "face_mesh/measures.py",
        'share = scale_sd if spec.unit == "mm" else 0.0',
        "share = 0.0",
        (f"{MESH_TESTS}test_measures.py",),
    ),
    Fault(
        "spread_added",
        "Independent uncertainties are added up instead of squared.",
        CHANGES,
        "sd = float(np.sqrt(np.sum(np.square(spread)) + scale_sd**2))",
        "sd = float(np.sum(np.abs(spread)) + abs(scale_sd))",
        (f"{TESTS}test_ranges.py",),
    ),
    Fault(
        "slopes_forget_the_step",
        "How a measure grows is kept for another dose too.",
        "simulate/geometry/basis.py",
        "return _measure_slopes(face, tuple(parts), step)",
        f"{KEY}\n    key = Key('slopes', (tuple(parts),), Scope.HEAD)\n"
        "    return face.cached(key, lambda: _measure_slopes(face, tuple(parts), step))",
        (f"{TESTS}test_ranges.py",),
    ),
    Fault(
        "slopes_forget_the_parts",
        "How a measure grows is kept for whatever else is done to the face too.",
        "simulate/geometry/basis.py",
        "return _measure_slopes(face, tuple(parts), step)",
        f"{KEY}\n    key = Key('slopes', (), Scope.HEAD)\n"
        "    return face.cached(key, lambda: _measure_slopes(face, tuple(parts), step))",
        (f"{TESTS}test_ranges.py",),
    ),
    Fault(
        "responders",
        "The weak responder is shown as the strong one.",
        "simulate/plan/conditions.py",
        'RESPONDERS = {"low": -1.0, "expected": 0.0, "high": 1.0}',
        'RESPONDERS = {"low": 1.0, "expected": 0.0, "high": -1.0}',
        (f"{TESTS}test_ranges.py",),
    ),
    Fault(
        "range_ends",
        "The ends of a range are written down with the larger one first.",
        "simulate/wording/changes.py",
        "ends = sorted(_since(change, end) for end in (change.expected_low, change.expected_high))",
        "ends = [_since(change, end) for end in (change.expected_high, change.expected_low)]",
        (f"{TESTS}test_wording.py",),
    ),
    # --- skin
    Fault(
        "faded_twice",
        "Twice of the redness or pigment that is too much is taken away.",
        "simulate/skin/fade_colour.py",
        "less[..., None] * colour_of_it",
        "2.0 * less[..., None] * colour_of_it",
        (f"{TESTS}test_fade_colour.py",),
    ),
    Fault(
        "fade_without_end",
        "More of a colour is taken away than ever should be.",
        "simulate/skin/fade_colour.py",
        "        taken += less\n",
        "",
        (f"{TESTS}test_fade_colour.py",),
    ),
    Fault(
        "faded_chromophore",
        "Pigment is taken away where redness should be.",
        "simulate/skin/fade_colour.py",
        "alone[chromophore] = 1.0",
        "alone[1 - chromophore] = 1.0",
        (f"{TESTS}test_fade_colour.py",),
    ),
    Fault(
        "parts_not_shared",
        "Of two pieces of treated skin that overlap the later one is laid over the earlier.",
        "simulate/skin/blend.py",
        "        if not others:",
        "        if True:",
        (f"{TESTS}test_blend.py",),
    ),
    Fault(
        "parts_added",
        "Two pieces of treated skin that overlap add up to more than the whole.",
        "simulate/skin/blend.py",
        "weight / np.maximum(total, 1.0)",
        "weight / np.minimum(total, 1.0)",
        (f"{TESTS}test_blend.py",),
    ),
    Fault(
        "windows_whole",
        "A piece of treated skin takes back what another changed inside its window.",
        "simulate/skin/blend.py",
        "merge(out, np.asarray(mixed, np.uint8), part.changed, part.rows, part.columns)",
        "out[part.rows, part.columns] = mixed",
        (f"{TESTS}test_blend.py",),
    ),
    Fault(
        "rim_gain",
        "Painted skin is smooth along its soft rim: detail is not strengthened there.",
        "simulate/inpaint/embedded.py",
        "np.sqrt((2.0 - some) / some)",
        "np.ones_like(some)",
        (f"{TESTS}test_rim.py",),
    ),
    Fault(
        "composite_truncated",
        "Painted skin is cut off to bytes instead of rounded: half a level darker.",
        "simulate/inpaint/composite.py",
        "np.clip(np.round(mixed), 0, 255)",
        "np.clip(mixed, 0, 255)",
        (f"{TESTS}test_blend.py",),
    ),
    Fault(
        "seed_forgotten",
        "Skin painted from one seed is shown for another too.",
        "simulate/skin/treated_patch.py",
        "own_strokes(face, job), engine, seed)",
        "own_strokes(face, job), engine)",
        (f"{TESTS}test_blend.py",),
    ),
    Fault(
        "usual_redness",
        "What the own skin usually has is taken from its redder third.",
        "face_mesh/skin/colour.py",
        "chromophore: int, quantile: float = 0.35)",
        "chromophore: int, quantile: float = 0.65)",
        (f"{MESH_TESTS}test_skin_luminance.py",),
    ),
    Fault(
        "smile_lines_side",
        "Crow's feet fade out towards the temple instead of the lid.",
        "simulate/skin/masks.py",
        'np.linalg.norm(eyes) * (1.0 if stem_and_side(job.region)[1] == "left" else -1.0)',
        'np.linalg.norm(eyes) * (-1.0 if stem_and_side(job.region)[1] == "left" else 1.0)',
        (f"{TESTS}test_masks.py",),
    ),
    Fault(
        "feather",
        "The broad colour of a cheek is faded with an edge instead of a feather.",
        "simulate/skin/masks.py",
        "(0, 0), _FEATHER_MM * face.px_per_mm)",
        "(0, 0), 0.1 * _FEATHER_MM * face.px_per_mm)",
        (f"{TESTS}test_masks.py",),
    ),
    Fault(
        "share_min_max",
        "No dose takes away less than the most that any may.",
        "simulate/catalogue/procedure.py",
        "return min(self.most, self.reduction * max(0.0, relative_dose))",
        "return max(self.most, self.reduction * max(0.0, relative_dose))",
        (f"{TESTS}test_catalogue.py",),
    ),
    # --- what is kept
    Fault(
        "kept_without_arguments",
        "What is kept with a face is kept for whatever it is asked of.",
        CACHE,
        "key = Key(name, (*args, *sorted(kwargs.items())), scope)",
        "key = Key(name, (*sorted(kwargs.items()),), scope)",
        (f"{MESH_TESTS}test_cache.py",),
    ),
    Fault(
        "kept_without_keywords",
        "What is kept with a face forgets what it is given by name.",
        CACHE,
        "key = Key(name, (*args, *sorted(kwargs.items())), scope)",
        "key = Key(name, args, scope)",
        (f"{MESH_TESTS}test_cache.py",),
    ),
    Fault(
        "kept_for_another_size",
        "What lies at the pixels of the preview is used at the photo's own size.",
        "face_mesh/face.py",
        "size = None if key.scope is Scope.HEAD else (self.photo.width, self.photo.height)",
        "size = None",
        (f"{MESH_TESTS}test_cache.py",),
    ),
    Fault(
        "kept_though_repainted",
        "What was read off the pixels of a photo is said of its repainted skin.",
        "face_mesh/face.py",
        "if key.scope is not Scope.PIXELS",
        "if key.scope",
        (f"{MESH_TESTS}test_cache.py",),
    ),
    Fault(
        "face_kept_without_hint",
        "A face measured by one pupil distance is shown for another.",
        "ui/compute/faces.py",
        "show_spinner=False)\ndef face(",
        "show_spinner=False, hash_funcs={ScaleHint: lambda _: 0})\ndef face(",
        (f"{PAGE_TESTS}test_page.py::test_ones_own_pupil_distance_replaces_the_estimate",),
    ),
    Fault(
        "report_kept_without_notes",
        "A report from before the notes were changed is handed out after.",
        "ui/compute/files.py",
        "self.choice, self.choice.full_plan, self.title",
        "self.choice, self.title",
        (f"{PAGE_TESTS}test_download_page.py::test_of_other_notes_the_report_is_offered_anew",),
    ),
    # --- time
    Fault(
        "weeks_as_days",
        "A treatment of week 2 is shown two days after the first.",
        "simulate/catalogue/time_course.py",
        'days - DAYS["w"] * week',
        "days - week",
        (f"{TESTS}test_time.py",),
    ),
    Fault(
        "onset_a_day_late",
        "Every effect is shown as it was a day before.",
        "simulate/catalogue/time_course.py",
        "np.interp(days, procedure.course.days, procedure.course.share)",
        "np.interp(days - 1.0, procedure.course.days, procedure.course.share)",
        (f"{TESTS}test_time.py",),
    ),
    Fault(
        "reaction_a_day_early",
        "Swelling and bruises are shown as they are a day later.",
        "simulate/recovery/reactions.py",
        "np.interp(days, reaction.days, reaction.level)",
        "np.interp(days + 1.0, reaction.days, reaction.level)",
        (f"{TESTS}test_time.py",),
    ),
    Fault(
        "month",
        "A month has 30 days.",
        "simulate/catalogue/time_course.py",
        '"mo": 30.4375',
        '"mo": 30.0',
        (f"{TESTS}test_time_course.py",),
    ),
    Fault(
        "day_in_the_film",
        "The film counts its days from 1.",
        "simulate/wording/times.py",
        'return Message("Day {n}", n=int(days))',
        'return Message("Day {n}", n=int(days) + 1)',
        (f"{TESTS}test_wording.py",),
    ),
    # --- the face
    Fault(
        "half_a_pixel",
        "Landmarks of a smaller photo lie half a pixel off.",
        "face_mesh/face.py",
        "points[:, :2] += 0.5 * factor - 0.5",
        "points[:, :2] += 0.0 * factor",
        (f"{MESH_TESTS}test_geometry.py",),
    ),
    Fault(
        "half_a_pixel_pose",
        "The pose of a smaller photo lies half a pixel off.",
        "face_mesh/landmarks/pose.py",
        "origin[:2] += 0.5 * factor - 0.5",
        "origin[:2] += 0.0 * factor",
        (f"{MESH_TESTS}test_geometry.py",),
    ),
    Fault(
        "irises_swapped",
        "The scale is read off the vertical diameter of the irises.",
        "face_mesh/landmarks/scale.py",
        "_IRIS_BORDERS = ((469, 471), (474, 476))",
        "_IRIS_BORDERS = ((470, 472), (475, 477))",
        (f"{MESH_TESTS}test_geometry.py",),
    ),
    Fault(
        "dark_percentile",
        "A photo is called dark by its middle, which is dark on dark skin in good light.",
        "face_mesh/quality.py",
        "np.percentile(_LUMA @ view.skin, 99)",
        "np.percentile(_LUMA @ view.skin, 50)",
        (f"{MESH_TESTS}test_quality.py",),
    ),
    Fault(
        "tone_angle",
        "The angle of a skin tone is taken about another axis.",
        "face_mesh/skin/skin_tone.py",
        "np.arctan2(lab[..., 0] - 50.0, lab[..., 2])",
        "np.arctan2(lab[..., 0], lab[..., 2])",
        (f"{MESH_TESTS}test_skin_luminance.py",),
    ),
    Fault(
        "tone_of_shade",
        "A region in shade is of darker skin.",
        "face_mesh/skin/skin_tone.py",
        "    more[MELANIN] = (unmix(own) - unmix(np.asarray(usual, np.float32)))[MELANIN]\n",
        "    more = unmix(own) - unmix(np.asarray(usual, np.float32))\n",
        (f"{MESH_TESTS}test_skin_tone.py",),
    ),
    Fault(
        "cast_added",
        "The cast of the light is put on once more instead of taken off.",
        "face_mesh/fidelity/colour_cast.py",
        "*(seen[1:] - shift)",
        "*(seen[1:] + shift)",
        (f"{MESH_TESTS}test_fidelity.py",),
    ),
    Fault(
        "colour_of_grey",
        "A photo in grey reads colours of the skin.",
        "face_mesh/fidelity/faults.py",
        "if colours.spread < LEAST_SPREAD:",
        "if colours.spread < 0.0:",
        (f"{MESH_TESTS}test_fidelity.py",),
    ),
    Fault(
        "region_sides",
        "What a corner of a region lies beside its landmark is not mirrored on the left.",
        "face_mesh/regions.py",
        "return int(mirror[index]), -left_mm, up_mm",
        "return int(mirror[index]), left_mm, up_mm",
        (f"{MESH_TESTS}test_regions.py",),
    ),
    # --- the page and its sheets
    Fault(
        "before_after",
        "On the sheet the photo stands under Simulated.",
        "simulate/export/comparison.py",
        "for image in (outcome.face.photo.image, outcome.image)",
        "for image in (outcome.image, outcome.face.photo.image)",
        (f"{TESTS}test_export.py",),
    ),
    Fault(
        "days_off",
        "The least number of days off is told as the most.",
        "simulate/plan/summary.py",
        "(max(low for low, _ in spans), max(high for _, high in spans))",
        "(max(low for low, _ in spans), min(high for _, high in spans))",
        (f"{TESTS}test_json_export.py",),
    ),
    Fault(
        "dose_of_both_sides",
        "A dose per side is said to be the same in all.",
        "ui/planner/dose_scale.py",
        'dose_by_side(2.0 * now, unit, "total")',
        'dose_by_side(now, unit, "total")',
        (f"{PAGE_TESTS}test_dose_scale.py",),
    ),
    Fault(
        "people",
        "Of 100 people too few are said to have a reaction: cut off instead of rounded.",
        "simulate/wording/procedures.py",
        "count = round(100.0 * share)",
        "count = int(100.0 * share)",
        (f"{TESTS}test_wording.py",),
    ),
    Fault(
        "step_limit",
        "The slider of a dose ends a step too early.",
        BOOK,
        "floor(entry.max_dose(side) / entry.dose.step + 1e-6)",
        "floor(entry.max_dose(side) / entry.dose.step - 1e-6)",
        (f"{PAGE_TESTS}test_dose_scale.py",),
    ),
    Fault(
        "uncertain_steps",
        "The map of what is unsure is turned round: the surer, the stronger its colour.",
        "simulate/outcome/uncertainty_overlay.py",
        "MOST_COVER * np.minimum(steps, 1.0)",
        "MOST_COVER * (1.0 - np.minimum(steps, 1.0))",
        (f"{TESTS}test_ranges.py",),
    ),
    Fault(
        "result_forgets_choice",
        "A picture is kept by its plan alone: another response shows that of the first.",
        "ui/compute/outcomes.py",
        "kept, asked = results(), (face.key, choice)",
        "kept, asked = results(), (face.key, choice.plan)",
        (f"{PAGE_TESTS}test_page.py::test_a_strong_response_changes_more_than_a_weak_one",),
    ),
    Fault(
        "face_forgets_scale",
        "What is kept of a face is kept for another pupil distance too.",
        "face_mesh/face.py",
        "        digest.update(repr(self.scale).encode())\n",
        "",
        (f"{MESH_TESTS}test_pose_scale.py",),
    ),
    Fault(
        "hint_forgotten",
        "The pupil distance that somebody gave is not used.",
        "ui/compute/faces.py",
        "read_face(_photo, which=which, hint=hint, detections",
        "read_face(_photo, which=which, detections",
        (f"{PAGE_TESTS}test_page.py::test_ones_own_pupil_distance_replaces_the_estimate",),
    ),
    Fault(
        "dose_of_the_other_side",
        "Who goes from two doses to one side gets the dose of the other.",
        BOOK,
        'both if side == "both" else doses[PAIR.index(side)]',
        'both if side == "both" else doses[1 - PAIR.index(side)]',
        (f"{PAGE_TESTS}test_plans.py",),
    ),
    Fault(
        "dose_not_halved",
        "A total becomes the dose of each of two sides.",
        BOOK,
        'dict.fromkeys(PAIR, doses[0] / (2.0 if halves and before == "both" else 1.0))',
        "dict.fromkeys(PAIR, doses[0])",
        (f"{PAGE_TESTS}test_plans.py",),
    ),
    Fault(
        "cost_of_each_side",
        "What is done on each side costs twice as much.",
        BOOK,
        "part = None if cost is None else cost / len(group)",
        "part = cost",
        (f"{PAGE_TESTS}test_plans.py",),
    ),
    Fault(
        "price_of_a_unit",
        "A clinic's price of a unit counts twice.",
        "ui/state/clinic_policy.py",
        "price.base + price.per_unit * amount",
        "price.base + 2.0 * price.per_unit * amount",
        (f"{PAGE_TESTS}test_policy.py",),
    ),
    Fault(
        "dose_of_a_side_in_totals",
        "A dose per side counts once in what a plan adds up to.",
        "simulate/wording/plans.py",
        "whole = sum(one.amount for one in own",
        "whole = sum(one.dose for one in own",
        (f"{PAGE_TESTS}test_plans.py",),
    ),
    Fault(
        "heat_scale",
        "The map of movement is as hot for little as for much.",
        "ui/compute/overlays.py",
        "np.ceil(small / most_mm * 255.0)",
        "np.ceil(small / largest * 255.0)",
        (f"{PAGE_TESTS}test_pictures.py",),
    ),
    Fault(
        "map_bgr",
        "Colours of the maps are read in the order BGR: what is amber turns blue.",
        "ui/compute/overlays.py",
        "for i in (1, 3, 5))",
        "for i in (5, 3, 1))",
        (f"{PAGE_TESTS}test_pictures.py",),
    ),
    Fault(
        "treated_margin",
        "The view of the treated area cuts off what lies at its edge.",
        "ui/compute/overlays.py",
        "TREATED_MARGIN = 0.35",
        "TREATED_MARGIN = -0.35",
        (f"{PAGE_TESTS}test_pictures.py",),
    ),
    Fault(
        "range_of_a_response",
        "The row of responses is another one for each response that is looked at.",
        "ui/compute/files.py",
        'return replace(choice, conditions=replace(choice.conditions, responder="expected"))',
        "return choice",
        (f"{PAGE_TESTS}test_page.py::test_the_range_of_responses_is_a_row_of_pictures",),
    ),
)
