'use client';
import { useEffect, useMemo, useState } from 'react';
import { checkScreens } from '#runtime/graph/check-screens.ts';
import { defaultScreen } from '#runtime/graph/default-screen.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import { ScreenInspector } from './screen-inspector.tsx';
import { ScreenStage } from './screen-stage.tsx';
import classes from './screens.module.css';
import { showables } from './suggest.ts';
import { type Running, supplyOf } from './use-preview.ts';
import { WidgetInspector } from './widget-inspector.tsx';
import { WidgetPalette } from './widget-palette.tsx';

/** Undo and redo of the one history, wherever the focus is but in a field. */
function useUndoKeys() {
  const session = useSession();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      const field = event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable]');
      if (field || !(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return;
      if (key === 'y' || event.shiftKey) session.redo();
      else session.undo();
      event.preventDefault();
      event.stopPropagation();
    };
    addEventListener('keydown', onKey, true);
    return () => removeEventListener('keydown', onKey, true);
  }, [session]);
}

/** The operator screens of the app beside its graph: what there is to show, the grid, and the settings of what is chosen. */
export function ScreensView({ name, running, mayEdit }: { name: Bilingual; running: Running | undefined; mayEdit: boolean }) {
  useUndoKeys();
  const document = useStudio((state) => state.history.now);
  const screens = useStudio((state) => state.history.screens);
  const facts = useStudio((state) => state.facts);
  const report = useStudio((state) => state.run?.report);
  const [screenId, setScreenId] = useState<string>();
  const [widgetId, setWidgetId] = useState<string>();
  const [previewing, setPreviewing] = useState(false);
  const supply = useMemo(() => supplyOf(document, facts), [document, facts]);
  const all = useMemo(() => showables({ outputs: supply.outputs, forms: supply.forms.map((form) => form.name) }), [supply]);
  const problems = useMemo(
    () => checkScreens(screens, { outputs: supply.outputs, forms: supply.forms.map((form) => form.name) }),
    [screens, supply],
  );
  const generated = useMemo(() => {
    const known = supply.outputs.flatMap(({ name: output, schema }) => (schema ? [{ name: output, schema }] : []));
    return defaultScreen(document, known, name);
  }, [document, supply, name]);
  const screen = screens.find((one) => one.id === screenId) ?? screens[0];
  const widget = screen?.widgets.find((one) => one.id === widgetId);
  const open = (id: string) => {
    setScreenId(id);
    setWidgetId(undefined);
  };
  return (
    <div className={classes.view} data-previewing={previewing || undefined} data-testid="screens-view">
      {!previewing && <WidgetPalette screen={screen} supply={supply} all={all} mayEdit={mayEdit} onAdded={setWidgetId} />}
      <ScreenStage
        key={screen?.id ?? 'generated'}
        name={name}
        screens={screens}
        screen={screen}
        generated={generated}
        supply={supply}
        all={all}
        problems={problems}
        running={running}
        report={report}
        chosen={widgetId}
        previewing={previewing}
        mayEdit={mayEdit}
        onChoose={setWidgetId}
        onOpen={open}
        onPreview={setPreviewing}
      />
      {!previewing &&
        (screen && widget ? (
          <WidgetInspector
            key={`${screen.id}/${widget.id}`}
            screen={screen}
            widget={widget}
            supply={supply}
            all={all}
            problems={problems.filter((one) => one.screen === screen.id && one.widget === widget.id)}
            mayEdit={mayEdit}
            onChoose={setWidgetId}
          />
        ) : (
          <ScreenInspector
            screen={screen}
            screens={screens}
            problems={problems}
            mayEdit={mayEdit}
            onOpen={open}
            onChoose={setWidgetId}
          />
        ))}
    </div>
  );
}
