'use client';
import { Button, SegmentedControl } from '@mantine/core';
import { IconEye, IconPencil } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type CSSProperties, useEffect, useRef, useState } from 'react';
import type { ScreenProblem } from '#runtime/graph/check-screens.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { inReadingOrder, type ScreenDocument } from '#runtime/graph/screens.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import operatorClasses from '../../../operate/[installation]/[screen]/_screen/screen.module.css';
import { ScreenProvider } from '../../../operate/[installation]/[screen]/_screen/screen-context.tsx';
import { Tile } from '../../../operate/[installation]/[screen]/_screen/tile.tsx';
import { useSession } from '../_session/use-session.tsx';
import { EditableGrid } from './editable-grid.tsx';
import { addScreen } from './edits.ts';
import { ScreenTabs } from './screen-tabs.tsx';
import classes from './screens.module.css';
import type { Showable } from './suggest.ts';
import { type Running, type ScreenSupply, usePreview } from './use-preview.ts';

/** px of the screen itself; the frame of the page takes some of what the device has. */
const DEVICES = { laptop: 1180, tablet: 768, phone: 390 } as const;
type Device = keyof typeof DEVICES;

export interface StageProps {
  readonly name: Bilingual;
  readonly screens: readonly ScreenDocument[];
  readonly screen: ScreenDocument | undefined;
  /** What a deployment makes while there is none. */
  readonly generated: ScreenDocument;
  readonly supply: ScreenSupply;
  readonly all: readonly Showable[];
  readonly problems: readonly ScreenProblem[];
  readonly running: Running | undefined;
  readonly report: ReplayReport | undefined;
  readonly chosen: string | undefined;
  readonly previewing: boolean;
  readonly mayEdit: boolean;
  onChoose(widget: string | undefined): void;
  onOpen(screen: string): void;
  onPreview(on: boolean): void;
}

/** The screen as the operator will see it, to be changed or looked at; on the live app, or on recorded data. */
export function ScreenStage(props: StageProps) {
  const { screen, generated, previewing, running, report } = props;
  const t = useTranslations('studio-screens');
  const session = useSession();
  const [device, setDevice] = useState<Device>('laptop');
  const [wish, setWish] = useState<'live' | 'run'>();
  const source = wish === 'run' && report ? 'run' : wish === 'live' && running ? 'live' : report && !running ? 'run' : 'live';
  const shown = screen ?? generated;
  const value = usePreview(props.name, props.screens, shown, props.supply, running, source === 'run' ? report : undefined);
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box);
  const width = DEVICES[previewing ? device : 'laptop'];
  // Below two thirds nothing can be read: there it scrolls.
  const zoom = room === 0 ? 1 : Math.max(0.55, Math.min(1, room / width));
  const style = { width: previewing && device !== 'laptop' ? width : Math.max(width, room / zoom), zoom } as CSSProperties;
  return (
    <section className={classes.stage} aria-label={t('stage')}>
      <div className={classes.bar}>
        <ScreenTabs
          screens={props.screens}
          screen={screen}
          generated={generated}
          mayEdit={props.mayEdit && !previewing}
          onOpen={props.onOpen}
        />
        <span className={classes.grow} />
        {previewing && (
          <SegmentedControl
            size="xs"
            aria-label={t('device')}
            value={device}
            onChange={(next) => setDevice(next as Device)}
            data={(Object.keys(DEVICES) as Device[]).map((one) => ({ value: one, label: t(`devices.${one}`) }))}
            data-testid="screen-device"
          />
        )}
        {running && report && (
          <SegmentedControl
            size="xs"
            aria-label={t('data')}
            value={source}
            onChange={(next) => setWish(next === 'run' ? 'run' : 'live')}
            data={[
              { value: 'live', label: t('live') },
              { value: 'run', label: t('recorded') },
            ]}
            data-testid="screen-data"
          />
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={previewing ? <IconPencil size={14} /> : <IconEye size={14} />}
          aria-pressed={previewing}
          onClick={() => props.onPreview(!previewing)}
          data-testid="screen-preview"
        >
          {t(previewing ? 'edit' : 'preview')}
        </Button>
      </div>
      {!screen && (
        <div className={classes.generated} role="status" data-testid="screen-generated">
          <p>{t(generated.widgets.length > 0 ? 'generated' : 'nothingYet')}</p>
          {props.mayEdit && (
            <span>
              {generated.widgets.length > 0 && (
                <Button size="xs" onClick={() => session.editScreens(addScreen(generated))} data-testid="screen-start-generated">
                  {t('startGenerated')}
                </Button>
              )}
              <Button
                size="xs"
                variant="default"
                onClick={() => session.editScreens(addScreen({ ...generated, widgets: [] }))}
                data-testid="screen-start-blank"
              >
                {t('startBlank')}
              </Button>
            </span>
          )}
        </div>
      )}
      {!running && !report && shown.widgets.length > 0 && <p className={classes.noData}>{t('noData')}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroller} ref={box} tabIndex={0} aria-label={t('screen')}>
        <div className={classes.sheet} data-surface="operator" data-device={device} style={style}>
          <div className={operatorClasses.surface}>
            <ScreenProvider value={value}>
              {screen && !previewing ? (
                <EditableGrid {...props} screen={screen} />
              ) : (
                <div className={operatorClasses.grid} inert={!screen}>
                  {inReadingOrder(shown.widgets).map((widget) => (
                    <Tile key={widget.id} widget={widget} />
                  ))}
                </div>
              )}
            </ScreenProvider>
          </div>
        </div>
      </section>
    </section>
  );
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
