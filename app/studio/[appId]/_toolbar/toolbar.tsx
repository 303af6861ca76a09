'use client';
import { ActionIcon, Button, Menu, Progress, SegmentedControl, TextInput, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDots,
  IconDownload,
  IconGhost,
  IconHistory,
  IconLayoutGrid,
  IconPlayerPlay,
  IconPlugConnected,
  IconRocket,
  IconUpload,
  IconX,
} from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useRef } from 'react';
import { InTopBar } from '../../../_shell/slots.tsx';
import type { RunState } from '../_dialogs/use-run.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import { People } from '../_versions/people.tsx';
import classes from '../studio.module.css';

export interface ToolbarProps {
  readonly name: string;
  readonly mayEdit: boolean;
  readonly run: RunState | undefined;
  onRename(name: string): void;
  onTest(): void;
  onBacktest(): void;
  onDeploy(): void;
  onBind(): void;
  /** Absent while the app does not run. */
  readonly onShadow: (() => void) | undefined;
  onArrange(): void;
  onExport(): void;
  onImport(file: File): void;
  onCancelRun(): void;
}

export function Toolbar(props: ToolbarProps) {
  const t = useTranslations('studio');
  const session = useSession();
  const save = useStudio((state) => state.save);
  const canUndo = useStudio((state) => state.history.past.length > 0);
  const canRedo = useStudio((state) => state.history.future.length > 0);
  const showing = useStudio((state) => state.showing);
  const hasRun = useStudio((state) => state.run !== undefined);
  const file = useRef<HTMLInputElement>(null);
  const { run } = props;
  return (
    <>
      <InTopBar side="left">
        <TextInput
          className={classes.name ?? ''}
          aria-label={t('toolbar.name')}
          defaultValue={props.name}
          readOnly={!props.mayEdit}
          onBlur={(event) => props.onRename(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
          data-testid="studio-name"
        />
        <span className={classes.save} data-state={save} role="status" data-testid="studio-save-state">
          {t(`save.${save}`)}
        </span>
        <People />
        <span className={classes.bar} />
        <Tooltip label={`${t('toolbar.undo')} · Ctrl Z`}>
          <ActionIcon aria-label={t('toolbar.undo')} disabled={!canUndo} onClick={() => session.undo()} data-testid="studio-undo">
            <IconArrowBackUp size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={`${t('toolbar.redo')} · Ctrl Shift Z`}>
          <ActionIcon aria-label={t('toolbar.redo')} disabled={!canRedo} onClick={() => session.redo()} data-testid="studio-redo">
            <IconArrowForwardUp size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        <span className={classes.bar} />
        {run && !run.failure ? (
          <>
            <span style={{ width: 120 }}>
              <Progress value={run.progress * 100} aria-label={t('run.progress')} size="sm" transitionDuration={0} />
            </span>
            <Button
              variant="default"
              leftSection={<IconX size={15} />}
              onClick={props.onCancelRun}
              data-testid="studio-cancel-run"
            >
              {t('cancel')}
            </Button>
          </>
        ) : (
          <>
            <Button
              variant="default"
              leftSection={<IconPlayerPlay size={15} stroke={1.7} />}
              onClick={props.onTest}
              data-testid="studio-test"
            >
              {t('toolbar.test')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconHistory size={15} stroke={1.7} />}
              onClick={props.onBacktest}
              data-testid="studio-backtest"
            >
              {t('toolbar.backtest')}
            </Button>
          </>
        )}
        {hasRun && (
          <SegmentedControl
            className={classes.wideOnly ?? ''}
            aria-label={t('toolbar.showing')}
            value={showing}
            onChange={(next) => session.set({ showing: next === 'run' ? 'run' : 'live' })}
            data={[
              { value: 'live', label: t('toolbar.live') },
              { value: 'run', label: t('toolbar.ofRun') },
            ]}
          />
        )}
      </InTopBar>
      <InTopBar side="right">
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={t('toolbar.more')} data-testid="studio-more">
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPlugConnected size={15} />} onClick={props.onBind} data-testid="studio-bind">
              {t('toolbar.bind')}
            </Menu.Item>
            {props.onShadow && (
              <Menu.Item leftSection={<IconGhost size={15} />} onClick={props.onShadow} data-testid="studio-shadow">
                {t('toolbar.shadow')}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconLayoutGrid size={15} />} onClick={props.onArrange}>
              {t('toolbar.arrange')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item leftSection={<IconDownload size={15} />} onClick={props.onExport} data-testid="studio-export">
              {t('toolbar.export')}
            </Menu.Item>
            <Menu.Item leftSection={<IconUpload size={15} />} onClick={() => file.current?.click()}>
              {t('toolbar.import')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <input
          ref={file}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label={t('toolbar.import')}
          data-testid="studio-import"
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? [];
            if (chosen) props.onImport(chosen);
            event.currentTarget.value = '';
          }}
        />
        <Button
          leftSection={<IconRocket size={15} stroke={1.7} />}
          onClick={props.onDeploy}
          disabled={!props.mayEdit}
          data-testid="studio-deploy"
        >
          {t('toolbar.deploy')}
        </Button>
      </InTopBar>
    </>
  );
}
